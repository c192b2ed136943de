"""The built server as a process: started on free ports, stopped, killed, started again."""

import json
import os
import signal
import subprocess
from pathlib import Path

import roads
from waiting import eventually

GRACE = 10.0
"""Seconds within which SIGTERM ends the server, by the command's contract."""


class Server:
    """`mboard serve` over one data directory. A restart keeps the directory and takes new ports."""

    def __init__(self, binary: Path, directory: Path, *options: str, environment: dict[str, str] | None = None):
        self.binary = binary
        self.directory = directory
        self.data = directory / "data"
        self.ready_file = directory / "ready.json"
        self.options = options
        self.environment = environment or {}
        self.process: subprocess.Popen | None = None
        self.ready: dict = {}
        self.open_clients: list = []

    def command(self, *options: str) -> list[str]:
        """The command line. Of an option given twice, the last one given by the test counts."""
        arguments = {"--data": str(self.data), "--ready-file": str(self.ready_file)}
        arguments |= {f"--{road}": "127.0.0.1:0" for road in ("udp", "tcp", "live", "http", "pyro")}
        given = list(self.options) + list(options)
        arguments.update(zip(given[::2], given[1::2], strict=True))
        return [str(self.binary), "serve", *(word for pair in arguments.items() for word in pair)]

    def launch(self, *options: str, **popen) -> subprocess.Popen:
        """Starts the process without waiting for anything."""
        self.ready_file.unlink(missing_ok=True)
        with open(self.log_path("stdout"), "ab") as out, open(self.log_path("stderr"), "ab") as err:
            self.process = subprocess.Popen(
                self.command(*options), stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                env={**os.environ, **self.environment}, **popen,
            )
        return self.process

    def start(self, *options: str, **popen) -> "Server":
        process = self.launch(*options, **popen)
        eventually(
            lambda: self.ready_file.exists() or process.poll() is not None,
            f"{self.ready_file} is written", within=30,
        )
        assert process.poll() is None, f"exit {process.returncode} at start:\n{self.log('stderr')}"
        self.ready = json.loads(self.ready_file.read_text())
        return self

    def stop(self) -> None:
        """Ends the server as an operator does, and demands the contract's clean end."""
        self.signal(signal.SIGTERM)
        assert self.exit_code() == 0, f"exit {self.process.returncode} after SIGTERM:\n{self.log('stderr')}"

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.process.wait()

    def restart(self) -> "Server":
        if self.process.poll() is None:
            self.stop()
        return self.start()

    def signal(self, number: int) -> None:
        self.close_clients()
        self.process.send_signal(number)

    def exit_code(self, within: float = GRACE) -> int:
        try:
            return self.process.wait(timeout=within)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running after {within:.0f} s:\n{self.log('stderr')}") from None

    def end(self) -> None:
        """What remains at the end of a test: a server still running must stop as it should."""
        if self.process is None or self.process.poll() is not None:
            return
        try:
            self.stop()
        finally:
            if self.process.poll() is None:
                self.kill()

    def address(self, road: str) -> roads.Address:
        host, _, port = self.ready[road].rpartition(":")
        return host.strip("[]"), int(port)

    def client(self, road: str) -> "roads.UDP | roads.TCP":
        client = {"udp": roads.UDP, "tcp": roads.TCP}[road](self.address(road))
        self.open_clients.append(client)
        return client

    @property
    def udp(self) -> roads.UDP:
        return self.client("udp")

    @property
    def tcp(self) -> roads.TCP:
        return self.client("tcp")

    def close_clients(self) -> None:
        while self.open_clients:
            self.open_clients.pop().close()

    def log_path(self, stream: str) -> Path:
        return self.directory / f"server.{stream}"

    def log(self, stream: str) -> str:
        return self.log_path(stream).read_text(errors="replace")

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def resident_mib(self) -> float:
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise AssertionError("the server has no resident memory: it is gone")
