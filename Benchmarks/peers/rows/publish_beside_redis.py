"""Durable publish, 64 in flight, beside Redis appending to a stream with 64 connections."""
from .. import redis_peer
from ..table import compare_rates

IN_FLIGHT = 64


def lines(comparison):
    directory = comparison.directory
    with comparison.fresh_board("publish-64") as board, \
            redis_peer.serving(comparison.redis_server, directory / "redis-publish") as redis:
        ours, peer = comparison.medians("a: durable publish, 64 in flight over UDP", {
            "mboard": comparison.for_some_seconds(lambda count: board.load("publish", "udp", IN_FLIGHT, count)),
            "Redis XADD": comparison.for_some_seconds(lambda count: redis.publish(count, IN_FLIGHT)),
        })
    return [compare_rates("a", "durable publish, 100 bytes, 64 in flight over UDP", "Redis XADD", ours, peer,
                          floor=1, goal=2)]
