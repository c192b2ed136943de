"""Publishing 100 bytes by XML-RPC, 10 clients: memory-only and durable, on kept connections and on one each.

Hummingbird alone, with an answer that never changes, shows what of each call is the web server's and not the board's.
Python's server of the notes ends every connection after its answer, so that it stands beside us where we do too.
"""
import contextlib

from .. import xmlrpc_peers
from ..board import serving
from ..table import Line, compare_rates
from ..tcp_peers import Server
from ..xmlrpc_peers import Load

CLIENTS = 10
KEPT, ONE_EACH = Load(CLIENTS), Load(CLIENTS, close=True)
ABYSS_FLOOR, PYTHON_FLOOR = 1.5, 1.5
CALLS_A_SECOND = 10_000
CPU_US = 30
ABYSS = "xmlrpc-c's Abyss, in memory"
PYTHON = "Python's server of the notes, in memory"
HUMMINGBIRD = "Hummingbird alone, a fixed answer"


@contextlib.contextmanager
def board(comparison, durability):
    """Ours, with nothing but the HTTP road."""
    data = comparison.directory / f"xmlrpc-{durability}"
    with serving(comparison.mboard, data, durability, roads=("http",)) as running:
        yield Server(running.pid, running.http_port)


def measured(comparison, what, load, servers):
    """The medians of all servers under one load, with the client's CPU time among the numbers kept."""
    def side(server):
        return comparison.for_some_seconds(lambda count: load.run(comparison.http_load, server, count))
    title = f"{what}, {CLIENTS} clients by XML-RPC"
    sides = {name: side(server) for name, server in servers.items()}
    return title, dict(zip(sides, comparison.medians(f"i: {title}", sides)))


def cpu_line(title, sample):
    return Line("i", f"{title}: CPU a call", f"{sample.cpu_us:.1f} µs", "", "", f"≤ {CPU_US} µs",
                sample.cpu_us <= CPU_US)


def kept(comparison, memory, durable, abyss, fixed):
    title, found = measured(comparison, "publish, connections kept", KEPT, {
        "mboard, memory-only": memory, "mboard, durable": durable, "Abyss": abyss, "Hummingbird": fixed})
    lines = []
    for ours in ("mboard, memory-only", "mboard, durable"):
        name = f"{title}, {ours.partition(', ')[2]}"
        lines += [compare_rates("i", name, ABYSS, found[ours], found["Abyss"], ABYSS_FLOOR),
                  compare_rates("i", name, HUMMINGBIRD, found[ours], found["Hummingbird"]),
                  cpu_line(name, found[ours])]
    return lines


def one_each(comparison, memory, durable, abyss, fixed, python):
    title, found = measured(comparison, "publish, a connection each", ONE_EACH, {
        "mboard, memory-only": memory, "mboard, durable": durable, "Abyss": abyss, "Hummingbird": fixed,
        "Python": python})
    lines = []
    for ours in ("mboard, memory-only", "mboard, durable"):
        name, rate = f"{title}, {ours.partition(', ')[2]}", found[ours].per_second
        lines += [compare_rates("i", name, PYTHON, found[ours], found["Python"], PYTHON_FLOOR),
                  compare_rates("i", name, ABYSS, found[ours], found["Abyss"]),
                  compare_rates("i", name, HUMMINGBIRD, found[ours], found["Hummingbird"]),
                  Line("i", f"{name}: calls", f"{rate:,.0f}/s", "", "", f"≥ {CALLS_A_SECOND:,}/s",
                       rate >= CALLS_A_SECOND)]
    return lines


def lines(comparison):
    directory = comparison.directory
    with contextlib.ExitStack() as stack:
        start = stack.enter_context
        memory, durable = start(board(comparison, "memory")), start(board(comparison, "full"))
        abyss = start(xmlrpc_peers.abyss(comparison.abyss, directory))
        fixed = start(xmlrpc_peers.fixed_answer(comparison.fixed_answer, directory))
        python = start(xmlrpc_peers.python(directory))
        return [*kept(comparison, memory, durable, abyss, fixed),
                *one_each(comparison, memory, durable, abyss, fixed, python)]
