"""Runs every program and compares what it prints with what it should: `script/examples [--show] [NAME...]`.

Threads are not ordered among one another, so what is compared is what no scheduler can change: each thread's own lines in their
order, all lines as a set, and the order that a lock, a join or a pipe makes.
"""

import re
import subprocess
import sys
import threading
from collections import defaultdict
from pathlib import Path

PATIENCE = 60
PROGRAMS = Path(__file__).parent / ".build/debug"
DEBUG = r"\[DEBUG\] \((.{10,})\) (.+)"
ENTER = "Click Enter to Terminate ..."


class Different(Exception):
    """A program printed something else."""


def same(what: str, got: object, wanted: object) -> None:
    if got != wanted:
        raise Different(f"{what}:\n  {got}\nand not\n  {wanted}")


class Program:
    """One of the programs, running; its lines as they come."""

    def __init__(self, name: str):
        self.process = subprocess.Popen(
            [PROGRAMS / name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.lines: list[str] = []
        self.watch = threading.Timer(PATIENCE, self.process.kill)  # a program that hangs is ended, and so its output
        self.watch.start()

    def read(self, count: int) -> list[str]:
        """The next lines."""
        lines = [self.process.stdout.readline().rstrip("\n") for _ in range(count)]
        self.lines += lines
        return lines

    def to_the_end(self) -> list[str]:
        """All lines until it ended by itself."""
        self.lines += self.process.stdout.read().splitlines()
        same("exit code", self.process.wait(), 0)
        return self.lines

    def close(self) -> None:
        self.watch.cancel()
        self.process.kill()
        self.process.wait()


def parsed(lines: list[str], pattern: str) -> list[tuple[str, str]]:
    """Who said what."""
    for line in lines:
        if not re.fullmatch(pattern, line):
            raise Different(f"a line that does not match {pattern!r}: {line!r}")
    return [(match[1].rstrip(), match[2]) for match in (re.fullmatch(pattern, line) for line in lines)]


def by_thread(said: list[tuple[str, str]]) -> dict[str, list[str]]:
    """What each thread said, in its order."""
    threads = defaultdict(list)
    for thread, line in said:
        threads[thread].append(line)
    return dict(threads)


def before(said: list[tuple[str, str]], first: tuple[str, str], second: tuple[str, str]) -> None:
    if said.index(first) > said.index(second):
        raise Different(f"{second} comes before {first}")


# The programs.


def greetings(program: Program, *wanted: str) -> None:
    """The process lives until Enter, and all threads got to say their line before."""
    same("lines, sorted", sorted(program.read(len(wanted) + 1)), sorted([*wanted, ENTER]))
    program.process.stdin.write("\n")
    program.process.stdin.close()
    same("number of lines", len(program.to_the_end()), len(wanted) + 1)


NAMED = {"User": ["Arrived", "Leaving"], "Thread-1": ["Arrived", "Leaving"], "session": ["Starting", "Exiting"]}


def names(program: Program) -> None:
    same("each thread's lines", by_thread(parsed(program.to_the_end(), r"(\S+) (\S+)")), NAMED)


def log(program: Program) -> None:
    same("each thread's lines", by_thread(parsed(program.to_the_end(), DEBUG)), NAMED)


def daemon(program: Program) -> None:
    """User1 does not leave. Whether it got as far as to arrive is up to the scheduler."""
    threads = by_thread(parsed(program.to_the_end(), DEBUG))
    same("User2", threads.pop("User2", None), ["Arrived", "Leaving"])
    same("User1", threads or {"User1": ["Arrived"]}, {"User1": ["Arrived"]})


def join(program: Program) -> None:
    wanted = {"User1": ["Arrived", "Leaving"], "User2": ["Arrived", "Leaving"]}
    same("each thread's lines", by_thread(parsed(program.to_the_end(), DEBUG)), wanted)


def lock(program: Program) -> None:
    said = parsed(program.to_the_end(), r"\((.{9,})\) (.+)")
    inside = [(thread, line) for thread, line in said if re.match("Acquired|Value|Released", line)]
    value = 0
    for place in range(0, len(inside), 3):  # nobody gets between one thread's three lines
        thread = inside[place][0]
        value += 1 if thread == "Thread-1" else -1
        wanted = [(thread, line) for line in ("Acquired a lock", f"Value {value}", "Released a lock")]
        same("what holds the lock", inside[place:place + 3], wanted)
    threads = by_thread([(thread, re.sub(r"Value -?\d+", "Value", line)) for thread, line in said])
    round = ["Waiting for a lock", "Acquired a lock", "Value", "Released a lock", "Done"]
    wanted = {
        "Thread-1": ["Sleeping 1.00", *round] * 10,
        "Thread-2": ["Sleeping 2.00", *round] * 10,
        "MainThread": ["Waiting for worker threads", "Counter final value: 0"],
    }
    same("each thread's lines", threads, wanted)
    same("last line", said[-1], ("MainThread", "Counter final value: 0"))


EMPTY, FIRST = "Queue is empty, waiting ...", "Queue is no more empty, notifying all waiting threads"


def condition(program: Program) -> None:
    said = parsed(program.to_the_end(), r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \((\w+)\) (.+)")
    threads = by_thread([pair for pair in said if pair[1] not in (EMPTY, FIRST)])
    wanted = {
        "Consumer": ["Starting consumer thread", *(f"Retrieved: {n}" for n in range(5))],
        "Producer": ["Starting producer thread", *(line for n in range(5) for line in ("Added element", f"Added: {n}"))],
        "MainThread": ["Terminating ..."],
    }
    same("each thread's lines", threads, wanted)
    same("last line", said[-1], ("MainThread", "Terminating ..."))
    added = retrieved = 0
    producer = [line for thread, line in said if thread == "Producer"]
    for thread, line in said:
        if line == "Added element":
            added += 1
        elif line.startswith("Retrieved"):
            retrieved += 1
        elif line == EMPTY:  # said inside the lock: what went in came out
            same("taken when the queue is empty", retrieved, added)
        elif line == FIRST:  # one element is in it; one more may be taken, and not yet said to be
            same("at most one is under way", added - retrieved in (1, 2), True)
        if retrieved > added:
            raise Different(f"{line} before it was added")
    for place, line in enumerate(producer):
        if line == FIRST:
            same("the line before it", producer[place - 1], "Added element")
    same("the first element ends the emptiness", producer[1:3], ["Added element", FIRST])
    locked = [line for _, line in said if line in (EMPTY, "Added element", FIRST)]
    for place, line in enumerate(locked):
        if line == EMPTY:  # an element is what ends the wait, and the one who puts it notifies
            same("after the wait began", [word for word in locked[place + 1:] if word != EMPTY][:2], ["Added element", FIRST])


def event(program: Program) -> None:
    said = parsed(program.to_the_end(), DEBUG)
    other = ("Busy", "No event yet, doing other work")
    wanted = {
        "Patient": ["Waiting for the event", "The event is set, going on"],
        "Busy": ["Waiting for the event, a second at a time", "The event is set, going on"],
        "MainThread": ["Setting the event", "Terminating ..."],
    }
    same("each thread's lines", by_thread([pair for pair in said if pair != other]), wanted)
    if other in said:
        before(said, ("Busy", "Waiting for the event, a second at a time"), other)
        same("Busy's last line", [line for thread, line in said if thread == "Busy"][-1], "The event is set, going on")
    for thread in ("Patient", "Busy"):
        before(said, ("MainThread", "Setting the event"), (thread, "The event is set, going on"))
    same("last line", said[-1], ("MainThread", "Terminating ..."))


def process(program: Program) -> None:
    said = parsed(program.to_the_end(), DEBUG)
    first = by_thread(said)["MainProcess"][0]
    parent = int(first.removeprefix("Arrived: process "))
    arrived = {thread: re.search(r"\d+", line)[0] for thread, line in said if line.startswith("Arrived")}
    same("processes", len(set(arrived.values())), 4)
    children = {name: f"Arrived: process {arrived[name]}, started by {parent}" for name in arrived if name != "MainProcess"}
    wanted = {
        "MainProcess": [
            first, "Process-1: 4 primes under 10", "Process-1: 25 primes under 100", "Process-1 ended with exit code 0",
            "Process-2: 168 primes under 1000", "Process-2: 1229 primes under 10000", "Process-2: 2262 primes under 20000",
            "Process-2 ended with exit code 0", "Process-3: 4 primes under 10", "Process-3 ended with exit code 65",
            "Leaving, jobs done: 0",
        ],
        "Process-1": [children.get("Process-1"), "Leaving, jobs done: 2"],
        "Process-2": [children.get("Process-2"), "Leaving, jobs done: 3"],
        "Process-3": [children.get("Process-3"), "[ten] is no number"],
    }
    same("each process's lines", by_thread(said), wanted)
    for name in children:
        code = 65 if name == "Process-3" else 0
        before(said, (name, wanted[name][-1]), ("MainProcess", f"{name} ended with exit code {code}"))


CHECKS = {
    "thread-create": lambda program: greetings(program, *["Hello I am User"] * 4),
    "thread-start": lambda program: greetings(program, *["Hello I am User"] * 4),
    "thread-argument": lambda program: greetings(program, *(f"Hello I am User number: {n}" for n in range(4))),
    "thread-names": names,
    "thread-log": log,
    "thread-daemon": daemon,
    "thread-join": join,
    "thread-lock": lock,
    "thread-condition": condition,
    "thread-event": event,
    "process-work": process,
}


def run(name: str, show: bool) -> str | None:
    """What is wrong with a program; nothing when it is as it should be."""
    program = Program(name)
    try:
        CHECKS[name](program)
        return None
    except Exception as error:  # also a line that is missing where the check looks for it
        return f"{type(error).__name__}: {error}\nin\n  " + "\n  ".join(program.lines)
    finally:
        program.close()
        if show:
            print(f"$ {name}", *program.lines, sep="\n")


def main() -> int:
    show = "--show" in sys.argv
    names = [name for name in sys.argv[1:] if not name.startswith("--")] or list(CHECKS)
    if unknown := [name for name in names if name not in CHECKS]:
        print(f"no such program: {', '.join(unknown)}; there are {', '.join(CHECKS)}", file=sys.stderr)
        return 64
    programs = set(re.findall(r'"((?:thread|process)-[a-z]+)"', (Path(__file__).parent / "Package.swift").read_text()))
    failures = 0
    for name in names:
        problem = run(name, show)
        print(f"{'DIFFERENT' if problem else 'as it should be'}  {name}" + (f"\n{problem}" if problem else ""), flush=True)
        failures += problem is not None
    if forgotten := programs - set(CHECKS):
        print(f"programs that nobody runs: {', '.join(sorted(forgotten))}")
        failures += 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
