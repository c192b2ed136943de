"""Servers that send one publisher's messages to many subscribers, and one light client that loads all of them alike."""
import contextlib
import dataclasses
import itertools
import json
import socket
import subprocess

from . import tools
from .board import BODY_BYTES, serving
from .errors import PeerError
from .ports import free_port
from .process_facts import cpu_seconds, memory_mib
from .processes import command_line, running
from .samples import Sample
from .waiting import until


@dataclasses.dataclass(frozen=True)
class Server:
    """Where a server listens, and what it speaks: `board`, `nats` or `mqtt`."""

    pid: int
    port: int
    protocol: str


def accepts(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


@contextlib.contextmanager
def peer(command, port, protocol, log):
    with running(command, log) as process:
        until(lambda: accepts(port), process, command_line(command), log)
        yield Server(process.pid, port, protocol)


def nats(directory):
    """NATS as Debian has it, nothing on disk."""
    port = free_port()
    command = [tools.nats_server(), "-a", "127.0.0.1", "-p", str(port)]
    return peer(command, port, "nats", directory / "nats.log")


def mosquitto(directory):
    """mosquitto as Debian has it, nothing on disk, no delay for small packets."""
    port, settings = free_port(), directory / "mosquitto.conf"
    settings.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\npersistence false\n")
    return peer([tools.mosquitto(), "-c", str(settings)], port, "mqtt", directory / "mosquitto.log")


@contextlib.contextmanager
def board(mboard, directory, numbers=itertools.count()):
    """The board with an empty directory, durable: a message is on disk before it is delivered."""
    with serving(mboard, directory / f"live-{next(numbers)}", roads=("live",)) as server:
        yield Server(server.pid, int(server.live.rpartition(":")[2]), "board")


def load(client, server, *options):
    """The client as a process; its first line tells that everybody is connected and warm."""
    command = [client, str(server.port), server.protocol, "--size", str(BODY_BYTES), *map(str, options)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, start_new_session=True)
    if not process.stdout.readline():
        raise PeerError(f"{command_line(command)}: {process.communicate()[1]}")
    return process


def deliver(client, server, subscribers, inflight, seconds):
    """Deliveries a second, and the server's CPU time for each."""
    process = load(client, server, "--subscribers", subscribers, "--inflight", inflight, "--seconds", seconds)
    before = cpu_seconds(server.pid)
    output, errors = process.communicate()
    cpu = cpu_seconds(server.pid) - before
    if process.returncode != 0:
        raise PeerError(f"the fan-out client ended with {process.returncode}: {errors}")
    report = json.loads(output.splitlines()[-1])
    return Sample(report["per_second"], cpu * 1e6 / max(1, report["deliveries"]), report["latency_ms"]["p50"],
                  report["latency_ms"]["p99"])


def kib_a_connection(client, server, connections):
    """Resident memory of an idle subscriber's connection."""
    before = memory_mib(server.pid)
    process = load(client, server, "--subscribers", connections, "--idle")
    try:
        return (memory_mib(server.pid) - before) * 1024 / connections
    finally:
        process.communicate()
