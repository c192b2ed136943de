"""Durable publish, 1,024 in flight, beside SQLite with 1,024 rows a transaction."""
from .. import sqlite_peer
from ..table import compare_rates

IN_FLIGHT = 1024


def lines(comparison):
    seconds = comparison.options.seconds
    with comparison.fresh_board("publish-1024") as board:
        ours, peer = comparison.medians("b: durable publish, 1,024 in flight over UDP", {
            "mboard": comparison.for_some_seconds(lambda count: board.load("publish", "udp", IN_FLIGHT, count)),
            "SQLite": lambda: sqlite_peer.load(comparison.raw_sqlite, comparison.directory, IN_FLIGHT, seconds),
        })
    return [compare_rates("b", "durable publish, 100 bytes, 1,024 in flight over UDP",
                          "SQLite, 1,024 rows a commit", ours, peer, floor=0.5)]
