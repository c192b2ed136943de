"""Read by id, 64 in flight, beside Redis GET with 64 connections, from few messages and from many."""
import contextlib

from .. import board, redis_peer
from ..progress import say
from ..table import compare_rates

IN_FLIGHT = 64
FEW = 10_000


@contextlib.contextmanager
def small_board(comparison):
    with comparison.fresh_board("read-few") as server:
        server.fill(FEW)
        yield server


def line(comparison, server, messages):
    name = f"redis-read-{messages}"
    with redis_peer.serving(comparison.redis_server, comparison.directory / name) as redis:
        say(f"setting {messages:,} keys in Redis")
        redis.fill(messages)
        ours, peer = comparison.medians(f"d: read by id, 64 in flight over UDP, {messages:,} messages", {
            "mboard": comparison.for_some_seconds(lambda count: server.load("read", "udp", IN_FLIGHT, count)),
            "Redis GET": comparison.for_some_seconds(lambda count: redis.read(count, IN_FLIGHT, messages)),
        })
    return compare_rates("d", f"read by id, 64 in flight over UDP, {messages:,} messages", "Redis GET", ours, peer,
                         floor=1)


def lines(comparison):
    with small_board(comparison) as server:
        few = line(comparison, server, FEW)
    with board.serving(comparison.mboard, comparison.big_board) as server:
        return [few, line(comparison, server, comparison.options.messages)]
