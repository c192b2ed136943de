"""TCP with one connection a request, 64 in flight, every server under the same client.

The accept loop in Python is met in three ways: as it is, everything in memory; with the board's promise, a sync
before the answer; and with a few clients that dawdle, for whom everybody waits where one is served at a time.
A bare accept loop in C shows how far apart two servers can be at all while every client is quick: most of a short
connection is the kernel's work and the client's.
"""
import contextlib

from .. import tcp_peers
from ..table import compare_rates
from ..tcp_peers import Load

IN_FLIGHT = 64
MESSAGES = 10_000
SLOW_ONE_IN, PAUSE_MS = 100, 50

PYTHON_FLOOR = 5
NIO_FLOOR = round(1 / 1.5, 3)

PUBLISH = Load("publish", IN_FLIGHT)
READ = Load("read", IN_FLIGHT, ids=MESSAGES)
PUBLISH_SOME_SLOWLY = Load("publish", IN_FLIGHT, slow_one_in=SLOW_ONE_IN, pause_ms=PAUSE_MS)


def compare(comparison, what, load, ours, peers):
    """Our server and the peers under one load, a line a peer. `peers` are (name, server, floor)."""
    def side(server):
        return comparison.for_some_seconds(lambda count: load.run(comparison.connection_load, server, count))
    sides = {"mboard": side(ours)} | {name: side(server) for name, server, _ in peers}
    title = f"{what}, a TCP connection each, {IN_FLIGHT} in flight"
    mine, *theirs = comparison.medians(f"e: {title}", sides)
    return [compare_rates("e", title, name, mine, peer, floor) for (name, _, floor), peer in zip(peers, theirs)]


def lines(comparison):
    directory, client = comparison.directory, comparison.connection_load
    with contextlib.ExitStack() as stack:
        start = stack.enter_context
        board = start(comparison.fresh_board("tcp"))
        ours = tcp_peers.Server(board.pid, int(board.tcp.rpartition(":")[2]))
        python = start(tcp_peers.accept_loop_in_python(directory))
        durable_python = start(tcp_peers.accept_loop_in_python(directory, durable=True))
        bare = start(tcp_peers.bare_accept_loop(comparison.bare_accept_loop, directory))
        echo = start(tcp_peers.echo_server(comparison.echo_server, directory))
        for server in (ours, python):
            PUBLISH.run(client, server, MESSAGES)  # what the reads pick from
        quick = [("accept loop in Python, in memory", python, PYTHON_FLOOR),
                 ("echo on SwiftNIO", echo, NIO_FLOOR),
                 ("bare accept loop in C: the ceiling", bare, None)]
        return [
            *compare(comparison, "durable publish", PUBLISH, ours,
                     [*quick, ("accept loop in Python, durable", durable_python, PYTHON_FLOOR)]),
            *compare(comparison, "read by id", READ, ours, quick),
            *compare(comparison, f"durable publish, 1 client in {SLOW_ONE_IN} pauses {PAUSE_MS} ms",
                     PUBLISH_SOME_SLOWLY, ours, [("accept loop in Python, in memory", python, PYTHON_FLOOR)]),
        ]
