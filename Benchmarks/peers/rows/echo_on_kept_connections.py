"""36 bytes answered with themselves, 16 kept connections: the model event-loop beside a bare echo on SwiftNIO.

The bare one does nothing but write back what it reads: no requests, no limits, no counters, no stop that answers what is in hand.
"""
import contextlib

from .. import echo_peers
from ..table import compare_rates

CONNECTIONS = 16
LOOPS = (1, 2)
FLOOR = 1 / 1.2


def lines(comparison):
    found = []
    for loops in LOOPS:
        title = f"echo of 36 bytes, {CONNECTIONS} kept connections, {loops} event loop{'s' if loops > 1 else ''}"
        with contextlib.ExitStack() as stack:
            servers = {
                "event-loop": stack.enter_context(
                    echo_peers.model(comparison.mboard, f"event-loop:{loops}", comparison.directory)),
                "bare echo": stack.enter_context(
                    echo_peers.bare_echo(comparison.bare_echo, loops, comparison.directory)),
            }
            sides = {name: side(comparison, server) for name, server in servers.items()}
            ours, peer = comparison.medians(f"j: {title}", sides)
        found.append(compare_rates("j", title, "bare echo on SwiftNIO", ours, peer, round(FLOOR, 2)))
    return found


def side(comparison, server):
    return lambda: echo_peers.load(comparison.wrk, server, CONNECTIONS, comparison.options.seconds)
