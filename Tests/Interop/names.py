"""A name server as a process: `mboard nameserver`, or Pyro5's own, which says what is right."""

import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import Pyro5.api

from running import Running
from waiting import eventually


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class NameServer:
    """`mboard nameserver` with a directory of its own; a restart keeps its file. `inside` comes before the command."""

    def __init__(self, binary: Path, directory: Path, *options: str, listen: str = "127.0.0.1:0", inside: list[str] = ()):
        directory.mkdir(exist_ok=True)
        self.ready_file = directory / "ready.json"
        self.ready_file.unlink(missing_ok=True)
        self.again = lambda: NameServer(binary, directory, *options, listen=listen, inside=inside)
        command = [*inside, binary, "nameserver", "--listen", listen, "--ready-file", self.ready_file]
        command += options or ["--data", directory / "names.sqlite"]
        self.running = Running([str(word) for word in command], directory, "nameserver")
        eventually(
            lambda: self.ready_file.exists() or self.running.process.poll() is not None, f"{self.ready_file} is written"
        )
        assert self.running.process.poll() is None, self.running.complaints
        self.ready = json.loads(self.ready_file.read_text())
        self.uri = self.ready["uri"]
        self.port = int(self.uri.rpartition(":")[2])

    def proxy(self) -> Pyro5.api.Proxy:
        return Pyro5.api.Proxy(self.uri)

    def nsc(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess:
        return nsc(self.port, *arguments, stdin=stdin)

    def stop(self) -> None:
        assert self.running.end(signal.SIGTERM) == 0, self.running.complaints
        assert not self.ready_file.exists()

    def end(self) -> None:
        self.running.kill()


class PyroNameServer:
    """`python -m Pyro5.nameserver`."""

    def __init__(self, directory: Path):
        command = [sys.executable, "-u", "-m", "Pyro5.nameserver", "-n", "127.0.0.1", "-p", "0", "-x"]
        self.running = Running(command, directory, "pyro-nameserver")
        found = eventually(lambda: re.search(r"URI = (\S+)", self.running.text), "Pyro5's name server listens")
        self.uri = found[1]
        self.port = int(self.uri.rpartition(":")[2])

    def proxy(self) -> Pyro5.api.Proxy:
        return Pyro5.api.Proxy(self.uri)

    def end(self) -> None:
        self.running.kill()


def nsc(port: int, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess:
    """Pyro5's command for name servers."""
    return subprocess.run(
        [sys.executable, "-m", "Pyro5.nsc", "-n", "127.0.0.1", "-p", str(port), *arguments],
        input=stdin, capture_output=True, text=True, timeout=30,
    )
