"""A server of the lab as a process of its own, and the bytes its services speak."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import uuid
from pathlib import Path

MODELS = [
    "sequential", "thread-per-connection", "prefork:4", "thread-per-request", "pipeline:4", "managers",
    "process-pipeline:2", "event-loop:2", "tasks",
]  # fmt: skip
GRACE = 10


class LabServer:
    """`mboard lab serve` on a free port."""

    def __init__(self, binary: Path, directory: Path, model: str, service: str, *options: str, files: int | None = None):
        directory.mkdir(exist_ok=True)
        ready = directory / "ready.json"
        limit = ["prlimit", f"--nofile={files}:{files}"] if files else []
        self.log = open(directory / "log", "w+b")
        self.process = subprocess.Popen(
            [*limit, binary, "lab", "serve", "--model", model, "--service", service, "--listen", "127.0.0.1:0",
             "--ready-file", ready, *options],
            stdout=subprocess.DEVNULL, stderr=self.log,
        )  # fmt: skip
        deadline = time.monotonic() + GRACE
        while not ready.exists():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, "no ready file"
            time.sleep(0.01)
        told = json.loads(ready.read_text())
        self.pid, self.counters_path = told["pid"], told["counters"]
        host, port = told["endpoint"].rsplit(":", 1)
        self.address = (host, int(port))

    def said(self) -> str:
        """What it has written to standard error so far."""
        self.log.seek(0)
        return self.log.read().decode()

    def connect(self) -> socket.socket:
        connection = socket.create_connection(self.address, timeout=GRACE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def counters(self) -> dict:
        """What it tells of itself at the moment."""
        with socket.socket(socket.AF_UNIX) as told:
            told.connect(self.counters_path)
            return json.loads(whole(told))["counters"]

    def workers(self) -> list[int]:
        """The processes that it has started."""
        children = []
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            children += [int(pid) for pid in (task / "children").read_text().split()]
        return children

    def stop(self, within: float = GRACE) -> int:
        """Asks it to end, and gives its exit code."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        return self.process.wait(within)

    def end(self) -> None:
        if self.process.poll() is None:
            os.kill(self.pid, signal.SIGKILL)
            self.process.wait()
        self.log.close()


def whole(connection: socket.socket) -> bytes:
    """Everything up to the end of the stream."""
    pieces = []
    while piece := connection.recv(1 << 16):
        pieces.append(piece)
    return b"".join(pieces)


def exactly(connection: socket.socket, count: int) -> bytes:
    """So many bytes, or fewer when the stream ends before."""
    got = b""
    while len(got) < count and (piece := connection.recv(count - len(got))):
        got += piece
    return got


def echo_request() -> bytes:
    return str(uuid.uuid4()).encode()


def line(connection: socket.socket) -> bytes:
    """A line, with its end."""
    got = b""
    while not got.endswith(b"\n") and (piece := connection.recv(1)):
        got += piece
    return got
