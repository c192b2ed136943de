"""One publisher's messages to many subscribers, beside NATS and mosquitto, which keep nothing on disk; the board does."""
from .. import fanout_peers
from ..table import Line, at_most, compare_rates

MANY = 512
CROWDS = (100, 1_000)
IDLE = 10_000
MOSQUITTO_FLOOR, NATS_GOAL = 3, 1
TAIL_MS = 40
KIB_A_CONNECTION = 8


def sides(comparison, subscribers, inflight):
    """Every measurement has a server of its own: a new subscriber of a board is given all that is on it."""
    def side(start):
        def measure():
            with start() as server:
                return fanout_peers.deliver(comparison.fanout_load, server, subscribers, inflight,
                                            comparison.options.seconds)
        return measure
    directory = comparison.directory
    return {"mboard": side(lambda: fanout_peers.board(comparison.mboard, directory)),
            "NATS": side(lambda: fanout_peers.nats(directory)),
            "mosquitto": side(lambda: fanout_peers.mosquitto(directory))}


def crowd(comparison, subscribers):
    title = f"durable fan-out to {subscribers:,} live subscribers, {MANY} in flight, deliveries"
    ours, nats, mosquitto = comparison.medians(f"g: {title}", sides(comparison, subscribers, MANY))
    return [compare_rates("g", title, "mosquitto", ours, mosquitto, MOSQUITTO_FLOOR),
            compare_rates("g", title, "NATS", ours, nats, goal=NATS_GOAL)]


def latency(comparison):
    title = f"fan-out of one message at a time to {CROWDS[0]} live subscribers"
    ours, *peers = comparison.medians(f"g: {title}", sides(comparison, CROWDS[0], 1))
    found = [Line("g", f"{title}: p50", f"{ours.p50_ms:.2f} ms", f"{peer.p50_ms:.2f} ms ({name})",
                  f"{ours.p50_ms / peer.p50_ms:.2f}x", "≤ 1x", ours.p50_ms <= peer.p50_ms)
             for name, peer in zip(("NATS", "mosquitto"), peers)]
    return [*found, at_most("g", f"{title}: p99", ours.p99_ms, "ms", TAIL_MS)]


def idle(comparison):
    directory, found = comparison.directory, {}
    for name, start in {"mboard": lambda: fanout_peers.board(comparison.mboard, directory),
                        "NATS": lambda: fanout_peers.nats(directory),
                        "mosquitto": lambda: fanout_peers.mosquitto(directory)}.items():
        with start() as server:
            found[name] = fanout_peers.kib_a_connection(comparison.fanout_load, server, IDLE)
    comparison.record("g: idle connections", found)
    ours = found.pop("mboard")
    others = ", ".join(f"{value:.1f} KiB ({name})" for name, value in found.items())
    return [Line("g", f"{IDLE:,} idle live connections, resident memory of each", f"{ours:.1f} KiB", others, "",
                 f"≤ {KIB_A_CONNECTION} KiB", ours <= KIB_A_CONNECTION)]


def lines(comparison):
    return [line for subscribers in CROWDS for line in crowd(comparison, subscribers)] + latency(comparison) + \
        idle(comparison)
