"""A command that goes on running: what it has printed so far, and how it ends."""

import json
import os
import signal
import subprocess
from pathlib import Path

from waiting import eventually


class Running:
    """`mboard` with its output in files, so that it can be looked at while it goes on."""

    def __init__(self, command: list[str], directory: Path, name: str = "running", **popen):
        self.out, self.err = directory / f"{name}.out", directory / f"{name}.err"
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.process = subprocess.Popen(
                command, **{"stdin": subprocess.DEVNULL, "stdout": out, "stderr": err, "cwd": directory, **popen}
            )

    @property
    def text(self) -> str:
        return self.out.read_text()

    @property
    def complaints(self) -> str:
        return self.err.read_text(errors="replace")

    @property
    def objects(self) -> list[dict]:
        """The lines that are whole, as JSON objects."""
        return [json.loads(line) for line in self.text.splitlines(keepends=True) if line.endswith("\n")]

    @property
    def bodies(self) -> list[str]:
        return [shown["body"] for shown in self.objects]

    def wait_for_complaint(self, text: str, times: int = 1, within: float = 15) -> None:
        eventually(lambda: self.complaints.count(text) >= times, f"{text!r} in {self.err}", within)

    def wait_for_bodies(self, bodies: list[str], within: float = 15) -> None:
        try:
            eventually(lambda: self.bodies == bodies, "the messages are there", within)
        except AssertionError:
            assert self.bodies == bodies, self.complaints

    def exit_code(self, within: float = 10) -> int:
        return self.process.wait(timeout=within)

    def end(self, number: int = signal.SIGTERM) -> int:
        os.kill(self.process.pid, number)
        return self.exit_code()

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                stream.close()
