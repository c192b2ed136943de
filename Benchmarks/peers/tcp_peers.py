"""Servers that take one TCP connection a request, and one light client that loads all of them alike."""
import contextlib
import dataclasses
import json
import subprocess
import sys

from .board import BODY_BYTES
from .builds import REFERENCES
from .errors import PeerError
from .process_facts import cpu_seconds
from .processes import command_line, output_of, running, tail_of_file
from .samples import Sample


@dataclasses.dataclass(frozen=True)
class Server:
    """Where a server listens, and how its answers look."""

    pid: int
    port: int
    echoes: bool = False


@dataclasses.dataclass(frozen=True)
class Load:
    """What the client does: one operation, so many at a time, and how many of the clients dawdle."""

    operation: str
    inflight: int
    ids: int = 1
    slow_one_in: int = 0
    pause_ms: int = 0

    def run(self, client, server, count):
        """Runs the client against one server. A read picks from messages 1 to `ids`."""
        command = [client, str(server.port), self.operation, "--inflight", str(self.inflight), "--count", str(count),
                   "--size", str(BODY_BYTES), "--ids", str(self.ids), "--slow-one-in", str(self.slow_one_in),
                   "--pause-ms", str(self.pause_ms)]
        before = cpu_seconds(server.pid)
        report = json.loads(output_of(command + ["--echo"] * server.echoes))
        cpu = cpu_seconds(server.pid) - before
        return Sample(report["per_second"], cpu * 1e6 / count, report["latency_ms"]["p50"],
                      report["latency_ms"]["p99"], report["errors"])


@contextlib.contextmanager
def printing_its_port(command, log, echoes=False):
    """A server that prints the port it listens on as its first line, while the block lasts."""
    with running(command, log, stdout=subprocess.PIPE, text=True) as process:
        port = process.stdout.readline()
        if not port.strip().isdigit():
            raise PeerError(f"{command_line(command)} printed no port:\n{tail_of_file(log)}")
        yield Server(process.pid, int(port), echoes)


def accept_loop_in_python(directory, durable=False):
    name = "accept-loop-durable" if durable else "accept-loop"
    command = [sys.executable, str(REFERENCES / "plain_accept_loop.py")]
    if durable:
        command += ["--durable", str(directory / f"{name}.sqlite")]
    return printing_its_port(command, directory / f"{name}.log")


def bare_accept_loop(program, directory):
    return printing_its_port([program], directory / "bare-accept-loop.log")


def echo_server(program, directory):
    return printing_its_port([program], directory / "echo-server.log", echoes=True)
