"""The command line, run to its end: what came out where, and the exit code."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Outcome:
    code: int
    stdout: bytes
    stderr: str

    @property
    def text(self) -> str:
        return self.stdout.decode()

    @property
    def objects(self) -> list[dict]:
        """Standard output as one JSON object a line."""
        return [json.loads(line) for line in self.text.splitlines()]


class Command:
    """`mboard` with a home and a working directory of its own."""

    def __init__(self, binary: Path, directory: Path):
        self.binary = binary
        self.directory = directory

    def __call__(
        self, *arguments: str, stdin: bytes = b"", environment: dict[str, str] | None = None, within: float = 30
    ) -> Outcome:
        ended = subprocess.run(
            [str(self.binary), *arguments], input=stdin, capture_output=True, timeout=within,
            cwd=self.directory, env={**os.environ, **(environment or {})},
        )
        return Outcome(ended.returncode, ended.stdout, ended.stderr.decode(errors="replace"))
