"""Servers that take calls of `publish` by XML-RPC, and one light client that loads all of them alike."""
import dataclasses
import json
import sys

from .board import BODY_BYTES
from .builds import REFERENCES
from .errors import PeerError
from .process_facts import cpu_seconds
from .processes import output_of
from .samples import Sample
from .tcp_peers import printing_its_port

CALLS_A_CONNECTION = 1_000_000_000


@dataclasses.dataclass(frozen=True)
class Load:
    """So many calls at a time, each on a kept connection or on one of its own."""

    connections: int
    close: bool = False

    def run(self, client, server, count):
        command = [client, str(server.port), "--connections", str(self.connections), "--count", str(count),
                   "--size", str(BODY_BYTES)]
        before = cpu_seconds(server.pid)
        report = json.loads(output_of(command + ["--close"] * self.close))
        cpu = cpu_seconds(server.pid) - before
        if not self.close and report["opened"] > self.connections:
            raise PeerError(f"the server on port {server.port} did not keep its connections: {report['opened']} opened")
        return Sample(report["per_second"], cpu * 1e6 / count, report["latency_ms"]["p50"],
                      report["latency_ms"]["p99"], report["errors"], report["client_cpu_us_per_operation"])


def abyss(program, directory):
    return printing_its_port([program, str(CALLS_A_CONNECTION)], directory / "abyss.log")


def python(directory):
    return printing_its_port([sys.executable, str(REFERENCES / "xmlrpc_board.py")], directory / "xmlrpc-board.log")


def fixed_answer(program, directory):
    return printing_its_port([program], directory / "fixed-answer.log")
