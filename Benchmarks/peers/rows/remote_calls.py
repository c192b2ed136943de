"""Calls of a method that gives back its 100 bytes: a distributed actor of ours beside Pyro5 and a unary call of grpc-swift-2.

Pyro5's default server has a thread for each connection; its other one, `multiplex`, has one thread for all.
"""
import contextlib

from .. import call_peers
from ..table import Line, compare_rates

CLIENTS = (1, 10)
SERIALIZERS = ("serpent", "json")
PYRO_FLOOR, GRPC_FLOOR, LOOKUP_FLOOR = 4, 1, 4
CPU_US = 15
IDLE = 10_000
THREAD, MULTIPLEX, GRPC = "Pyro5, a thread each", "Pyro5, multiplex", "grpc-swift-2, unary"


def clients_of(count):
    return f"{count} client{'s' if count > 1 else ''}"


def calls(comparison, clients, servers):
    """All serializers, and gRPC once, in one set of turns."""
    def pyro(server, serializer):
        return comparison.for_some_seconds(
            lambda count: call_peers.call(comparison.mboard, server, clients, serializer, count))
    sides = {(name, serializer): pyro(servers[name], serializer)
             for serializer in SERIALIZERS for name in ("ours", THREAD, MULTIPLEX)}
    sides[GRPC, ""] = comparison.for_some_seconds(
        lambda count: call_peers.unary(comparison.h2load, servers[GRPC], clients, count))
    title = f"echo of 100 bytes, {clients_of(clients)}"
    named = {" ".join(side).strip(): measure for side, measure in sides.items()}
    found = dict(zip(sides, comparison.medians(f"k: {title}", named)))
    lines = []
    for serializer in SERIALIZERS:
        name, ours = f"{title}, {serializer}", found["ours", serializer]
        lines += [compare_rates("k", name, THREAD, ours, found[THREAD, serializer], PYRO_FLOOR),
                  compare_rates("k", name, MULTIPLEX, ours, found[MULTIPLEX, serializer]),
                  compare_rates("k", name, GRPC, ours, found[GRPC, ""], GRPC_FLOOR),
                  Line("k", f"{name}: CPU a call", f"{ours.cpu_us:.1f} µs", "", "", f"≤ {CPU_US} µs",
                       ours.cpu_us <= CPU_US),
                  latencies(name, ours, {THREAD: found[THREAD, serializer], GRPC: found[GRPC, ""]})]
    return lines


def latencies(name, ours, peers):
    def both(sample):
        return f"{sample.p50_ms:.3f} / {sample.p99_ms:.3f} ms"
    return Line("k", f"{name}: p50 / p99", both(ours),
                ", ".join(f"{both(sample)} ({peer})" for peer, sample in peers.items()), "", "", None)


def look_ups(comparison):
    lines = []
    with contextlib.ExitStack() as stack:
        servers = {
            "ours": stack.enter_context(call_peers.our_name_server(comparison.mboard, comparison.directory)),
            "Pyro5": stack.enter_context(call_peers.pyro_name_server(comparison.pyro_python, comparison.directory))}
        for clients in CLIENTS:
            title = f"look-up in the name server, {clients_of(clients)}"
            sides = {name: side(comparison, server, clients) for name, server in servers.items()}
            ours, pyro = comparison.medians(f"k: {title}", sides)
            lines.append(compare_rates("k", title, "Pyro5's name server", ours, pyro, LOOKUP_FLOOR))
    return lines


def side(comparison, server, clients):
    return comparison.for_some_seconds(lambda count: call_peers.look_up(comparison.mboard, server, clients, count))


def idle(comparison):
    """How many connections each holds, what they cost, and whether one more client is answered beside them."""
    found = {}
    for name, start in starts(comparison).items():
        if name == GRPC:
            continue
        with start() as server, call_peers.IdleConnections(server, IDLE) as connections:
            one_more = ""
            if connections.count == IDLE:
                sample = call_peers.call(comparison.mboard, server, 1, "serpent", 1_000)
                one_more = f", one more client's call in {sample.p50_ms:.3f} ms"
            found[name] = (connections.count, connections.kib_each, one_more)
    comparison.record("k: idle connections", found)
    told = {name: f"{count:,} held, {kib:.1f} KiB each{more}" for name, (count, kib, more) in found.items()}
    return [Line("k", f"{IDLE:,} idle connections", told["ours"],
                 "; ".join(f"{text} ({name})" for name, text in told.items() if name != "ours"), "", f"{IDLE:,} held",
                 found["ours"][0] == IDLE and bool(found["ours"][2]))]


def starts(comparison):
    directory = comparison.directory
    return {"ours": lambda: call_peers.ours(comparison.echo_object, directory),
            THREAD: lambda: call_peers.pyro(comparison.pyro_python, "thread", directory),
            MULTIPLEX: lambda: call_peers.pyro(comparison.pyro_python, "multiplex", directory),
            GRPC: lambda: call_peers.grpc(comparison.grpc_echo, directory)}


def lines(comparison):
    with contextlib.ExitStack() as stack:
        servers = {name: stack.enter_context(start()) for name, start in starts(comparison).items()}
        found = [line for clients in CLIENTS for line in calls(comparison, clients, servers)]
    return found + look_ups(comparison) + idle(comparison)
