"""Servers that answer 36 bytes with themselves on kept connections, and wrk, which loads them all alike."""
import contextlib
import json
import re

from .builds import REFERENCES
from .errors import PeerError
from .process_facts import cpu_seconds
from .processes import command_line, output_of, running
from .samples import Sample
from .tcp_peers import Server
from .waiting import until

MILLISECONDS = {"us": 1e-3, "ms": 1.0, "s": 1e3}


@contextlib.contextmanager
def announced(command, directory, name):
    """A server that writes where it listens into a ready file, while the block lasts."""
    ready_file, log = directory / f"{name}.ready", directory / f"{name}.log"
    command = [*command, "--listen", "127.0.0.1:0", "--ready-file", str(ready_file)]
    with running(command, log) as process:
        until(ready_file.exists, process, name, log)
        ready = json.loads(ready_file.read_text())
        yield Server(process.pid, int(ready["endpoint"].rpartition(":")[2]))


def model(mboard, name, directory):
    return announced([mboard, "lab", "serve", "--model", name, "--service", "echo-after", "--no-log"], directory,
                     name.replace(":", "-"))


def bare_echo(program, threads, directory):
    return announced([program, "--threads", str(threads)], directory, f"bare-echo-{threads}")


def load(wrk, server, connections, seconds):
    """One run of wrk with one thread, which sends the next request when an answer is there."""
    command = [wrk, "--threads", "1", "--connections", str(connections), "--duration", f"{max(1, round(seconds))}s",
               "--latency", "--script", str(REFERENCES / "echo36.lua"), f"http://127.0.0.1:{server.port}/"]
    before = cpu_seconds(server.pid)
    text = output_of(command)
    cpu = cpu_seconds(server.pid) - before
    rate, requests = re.search(r"Requests/sec:\s+([\d.]+)", text), re.search(r"(\d+) requests in", text)
    if not rate or not requests or int(requests[1]) == 0:
        raise PeerError(f"{command_line(command)} printed no rate:\n{text}")
    percentiles = {share: float(value) * MILLISECONDS[unit]
                   for share, value, unit in re.findall(r"(50|99)%\s+([\d.]+)(us|ms|s)", text)}
    failed = sum(map(int, re.findall(r"(?:connect|read|write|timeout) (\d+)", text)))
    return Sample(float(rate[1]), cpu * 1e6 / int(requests[1]), percentiles.get("50"), percentiles.get("99"), failed)
