"""Durable publish, one at a time, beside SQLite with one row a transaction."""
from .. import sqlite_peer
from ..table import compare_rates


def lines(comparison):
    seconds = comparison.options.seconds
    with comparison.fresh_board("publish-one") as board:
        ours, peer = comparison.medians("c: durable publish, one at a time over UDP", {
            "mboard": comparison.for_some_seconds(lambda count: board.load("publish", "udp", 1, count)),
            "SQLite": lambda: sqlite_peer.load(comparison.raw_sqlite, comparison.directory, 1, seconds),
        })
    return [compare_rates("c", "durable publish, 100 bytes, one at a time over UDP", "SQLite, 1 row a commit",
                          ours, peer, floor=0.9)]
