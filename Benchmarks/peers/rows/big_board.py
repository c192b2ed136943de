"""A board of many messages: how fast it starts, what it holds in memory, what `last 100` and a publish cost."""
import contextlib
import os
import statistics

from .. import board
from ..process_facts import memory_mib
from ..progress import say
from ..table import Line, at_most
from ..udp_client import TimedClient

FEW = 1_000
READS = 100_000
LAST_REQUESTS = 500
PUBLISHES = 1_000
READY_SECONDS = 1
RESIDENT_MIB = 120
SAME_COST = 1.25  # what counts as "does not grow": two medians of one thing differ by less on a calm machine

LAST_100 = b"6:100"
PUBLISH = b"1:" + b"x" * board.BODY_BYTES


def forget_cached_pages(data):
    """Makes the kernel forget the files' contents, so that the next start reads the disk."""
    os.sync()
    for path in data.iterdir():
        if path.is_file():
            with open(path, "rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def seconds_to_ready(comparison, data, cold):
    if cold:
        forget_cached_pages(data)
    with board.serving(comparison.mboard, data) as server:
        say(f"  ready after {server.seconds_to_ready:.3f} s ({'cold' if cold else 'warm'} files)")
        return server.seconds_to_ready


def memory(comparison, data):
    """Resident memory once ready, and after many reads of every kind."""
    with board.serving(comparison.mboard, data) as server, TimedClient(server.udp) as client:
        at_ready = memory_mib(server.pid)
        server.load("read", "udp", 64, READS)
        for _ in range(LAST_REQUESTS):
            client.seconds_for(LAST_100)
        after = memory_mib(server.pid)
        say(f"  resident: {at_ready:.1f} MiB when ready, {after:.1f} MiB after reading")
        return at_ready, after


def cost_in_turn(few, many, request, times):
    """The median milliseconds of a request on both boards, asked in turn."""
    few_seconds, many_seconds = [], []
    for _ in range(times):
        few_seconds.append(few.seconds_for(request))
        many_seconds.append(many.seconds_for(request))
    return statistics.median(few_seconds) * 1000, statistics.median(many_seconds) * 1000


def costs(comparison, data):
    with contextlib.ExitStack() as stack:
        small = stack.enter_context(comparison.fresh_board("few-messages"))
        small.fill(FEW)
        big = stack.enter_context(board.serving(comparison.mboard, data))
        few, many = (stack.enter_context(TimedClient(server.udp)) for server in (small, big))
        for request in (LAST_100, PUBLISH):
            cost_in_turn(few, many, request, LAST_REQUESTS // 5)  # warm-up
        return {"last 100": cost_in_turn(few, many, LAST_100, LAST_REQUESTS),
                "publish": cost_in_turn(few, many, PUBLISH, PUBLISHES)}


def cost_line(what, messages, few_ms, many_ms):
    ratio = many_ms / few_ms
    return Line("f", f"{what} over UDP on {messages:,} messages beside {FEW:,}", f"{many_ms:.3f} ms",
                f"{few_ms:.3f} ms (mboard, {FEW:,} messages)", f"{ratio:.2f}x", f"≤ {SAME_COST:g}x",
                ratio <= SAME_COST)


def lines(comparison):
    data, rounds = comparison.big_board, comparison.options.rounds
    name = f"board of {comparison.options.messages:,}"
    say(f"f: {name}")
    warm = [seconds_to_ready(comparison, data, cold=False) for _ in range(rounds)]
    cold = [seconds_to_ready(comparison, data, cold=True) for _ in range(rounds)]
    at_ready, after = memory(comparison, data)
    cost = costs(comparison, data)
    comparison.record(f"f: {name}", {
        "seconds_to_ready_warm": warm, "seconds_to_ready_cold": cold, "resident_mib_at_ready": at_ready,
        "resident_mib_after_reading": after,
        "median_ms": {what: {"few": few, "many": many} for what, (few, many) in cost.items()}})
    return [
        at_most("f", f"{name}: from start to ready", statistics.median(warm), "s", READY_SECONDS),
        at_most("f", f"{name}: from start to ready, nothing in the page cache", statistics.median(cold), "s",
                READY_SECONDS),
        at_most("f", f"{name}: resident when ready", at_ready, "MiB", RESIDENT_MIB, "{:.1f}"),
        at_most("f", f"{name}: resident after {READS:,} reads and {LAST_REQUESTS} `last 100`", after, "MiB",
                RESIDENT_MIB, "{:.1f}"),
        *(cost_line(what, comparison.options.messages, few, many) for what, (few, many) in cost.items()),
    ]
