"""The message board under measurement: a server, and its own load generator."""
import contextlib
import dataclasses
import json
import pathlib
import time

from .errors import PeerError
from .ports import free_port
from .process_facts import cpu_seconds
from .processes import command_line, output_of, running
from .samples import Sample
from .waiting import until

BODY_BYTES = 100
SOME_FAILED = 1  # how `mboard bench` ends when it has a result and some requests failed


@dataclasses.dataclass(frozen=True)
class Board:
    """A running server."""

    mboard: pathlib.Path
    pid: int
    udp: str
    tcp: str
    live: str
    http: str
    seconds_to_ready: float

    @property
    def http_port(self):
        return int(self.http.rpartition(":")[2])

    def load(self, operation, via, inflight, count):
        """Runs `mboard bench` against the server."""
        address = self.udp if via == "udp" else self.tcp
        command = [self.mboard, "bench", operation, "--server", address, "--via", via, "--inflight", str(inflight),
                   "--count", str(count), "--json"]
        if operation == "publish":
            command += ["--size", str(BODY_BYTES)]
        before = cpu_seconds(self.pid)
        output = output_of(command, allowed=(0, SOME_FAILED))
        if not output.strip():
            raise PeerError(f"{command_line(command)} printed no result")
        report = json.loads(output.splitlines()[-1])
        cpu = cpu_seconds(self.pid) - before
        return Sample(report["per_second"], cpu * 1e6 / count, report["latency_ms"]["p50"],
                      report["latency_ms"]["p99"], report["errors"])

    def fill(self, count):
        """Publishes until the board holds `count` more messages."""
        sample = self.load("publish", "udp", 1024, count)
        if sample.errors:
            raise PeerError(f"{sample.errors} of {count} messages could not be published while filling the board")


@contextlib.contextmanager
def serving(mboard, data, durability="full", roads=("udp", "tcp")):
    """A server while the block lasts, with these roads on one free port. Makes `data` when needed."""
    ready_file, log = data.with_suffix(".ready"), data.with_suffix(".log")
    ready_file.unlink(missing_ok=True)
    address = f"127.0.0.1:{free_port()}"
    command = [mboard, "serve", "--data", str(data), "--durability", durability, "--ready-file", str(ready_file)]
    for road in ("udp", "tcp", "live", "http"):
        command += [f"--{road}", address if road in roads else "off"]
    began = time.monotonic()
    with running(command, log) as process:
        until(ready_file.exists, process, "mboard serve", log)
        seconds = time.monotonic() - began
        ready = json.loads(ready_file.read_text())
        yield Board(mboard, ready["pid"], ready.get("udp"), ready.get("tcp"), ready.get("live"), ready.get("http"),
                    seconds)
