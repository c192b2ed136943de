"""One run of `mboard serve`: started on free ports, then stopped, killed or frozen."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from functools import cache
from pathlib import Path

EXIT_CORRUPT = 65
EXIT_SYNC_FAILED = 74
START_SECONDS = 60.0
STOP_SECONDS = 15.0
OTHER_ROADS = ("live", "game", "http", "pyro", "amqp")


class Refused(Exception):
    """The server ended before it was ready."""

    def __init__(self, code: int, words: str):
        super().__init__(f"the server did not start: exit {code}: {words or '(no words)'}")
        self.code, self.words = code, words


class Server:
    def __init__(self, binary: Path, data: Path, scratch: Path, durability: str = "full",
                 environment: dict | None = None):
        self.binary, self.data, self.durability = binary, data, durability
        self.ready_file, self.log = scratch / "ready.json", scratch / "server.log"
        self.environment = os.environ | (environment or {})
        self.process: subprocess.Popen | None = None
        self.udp = self.tcp = ("127.0.0.1", 0)
        self.deaf = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.deaf.bind(("127.0.0.1", 0))

    def start(self) -> "Server":
        self.launch()
        deadline = time.monotonic() + START_SECONDS
        while not self.ready_file.exists():
            if self.process.poll() is not None:
                raise Refused(self.process.returncode, self.last_words())
            if time.monotonic() > deadline:
                self.kill()
                raise Refused(-1, f"not ready within {START_SECONDS:.0f} s")
            time.sleep(0.001)
        ready = json.loads(self.ready_file.read_text())
        self.udp, self.tcp = address(ready["udp"]), address(ready["tcp"])
        return self

    def launch(self) -> None:
        self.ready_file.unlink(missing_ok=True)
        command = [self.binary, "serve", "--data", self.data, "--durability", self.durability,
                   "--udp", "127.0.0.1:0", "--tcp", "127.0.0.1:0", "--ready-file", self.ready_file]
        with self.log.open("ab") as log:
            log.write(b"--- start\n")
            log.flush()
            self.process = subprocess.Popen(
                [*command, *roads_off(self.binary)], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=self.environment)

    def ask_and_leave(self, request: bytes) -> int:
        """Over UDP, and nobody ever reads the answer: to the server, a client that lost it. Returns its port."""
        with contextlib.suppress(OSError):
            self.deaf.sendto(request, self.udp)
        return self.deaf.getsockname()[1]

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        if self.running:
            self.process.kill()
        if self.process:
            self.process.wait()

    def stop(self) -> int:
        """A graceful stop; -9 when it took too long and had to be killed."""
        if self.running:
            self.process.terminate()
        code = self.wait(STOP_SECONDS)
        if code is None:
            self.kill()
        return self.process.returncode

    def wait(self, seconds: float) -> int | None:
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def freeze(self) -> None:
        """Returns when no thread can run another instruction of its own: a sync in flight may go on in the
        kernel, but nobody will be told of its end. The first stopped thread shows that all have the signal."""
        self.process.send_signal(signal.SIGSTOP)
        deadline = time.monotonic() + 10
        while self.running and not any(state == "T" for state in thread_states(self.process.pid)):
            if time.monotonic() > deadline:
                raise RuntimeError(f"process {self.process.pid} does not stop on SIGSTOP")

    def last_words(self, most: int = 6) -> str:
        """The end of what the server said; of a crash the place, not the registers after it."""
        run = self.log.read_text(errors="replace").rsplit("--- start\n", 1)[-1]
        lines = [line.strip() for line in run.splitlines() if line.strip()]
        crash = next((number for number, line in enumerate(lines) if line.endswith("crashed:")), None)
        return " | ".join(lines[-most:] if crash is None else lines[crash : crash + 3])[:800]


def address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host, int(port)


def thread_states(pid: int) -> list[str]:
    states = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            states.append((task / "stat").read_text().rpartition(")")[2].split()[0])
        except OSError:
            pass  # the thread ended meanwhile
    return states


@cache
def roads_off(binary: Path) -> tuple[str, ...]:
    """Roads that this torture does not walk have fixed default ports; they must not collide with anybody's."""
    known = subprocess.run([binary, "serve", "--help"], capture_output=True, text=True, timeout=60).stdout
    return tuple(word for road in OTHER_ROADS if f"--{road} " in known for word in (f"--{road}", "off"))
