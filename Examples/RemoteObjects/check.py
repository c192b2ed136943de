"""Runs each example in both languages, both ways round, and compares what they print: `script/examples [--show] [NAME...]`."""

import subprocess
import sys
import threading
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
from pairs import check  # noqa: E402 (it lies beside the examples)

PROGRAM = HERE.parents[1] / ".build/release/RemoteObjectsExample"
PATIENCE = 20
EXPECTED = {
    "account": "there is 100\nrefused: 30 short\nthere is 0\n",
    "counter": "first server: 1\nfirst server: 2\nafter the move: 3\nsecond server: 4\n",
    "callback": "told: step 1\ntold: step 2\ntold: step 3\ndone\n",
    "stream": "3\n2\n1\n0\n1000000\n",
}
LANGUAGES = ["swift", "python"]


class Different(Exception):
    """A program printed something else."""


def command(language: str, example: str, *words: str) -> list:
    return [PROGRAM, example, *words] if language == "swift" else [sys.executable, "-B", HERE / f"{example}.py", *words]


class Server:
    """A program that serves on a free port."""

    def __init__(self, language: str, example: str):
        self.process = subprocess.Popen(command(language, example, "serve"), stdout=subprocess.PIPE, text=True)
        self.watch = threading.Timer(PATIENCE, self.process.kill)  # one that hangs is ended, and so its output
        self.watch.start()
        self.uri = self.process.stdout.readline().strip()

    def end(self) -> None:
        self.watch.cancel()
        self.process.kill()
        self.process.wait()


def run(example: str, server: str, client: str, show: bool) -> str | None:
    """What is wrong with a pair; nothing when it is as it should be."""
    # A counter moves to a second server, which is one that takes objects in.
    servers = []
    try:
        for language in [server, "swift"] if example == "counter" else [server]:
            servers.append(Server(language, example))
        calling = command(client, example, "call", *(server.uri for server in servers))
        ended = subprocess.run(calling, capture_output=True, text=True, timeout=PATIENCE)
        if show:
            print(f"$ {' '.join(Path(word).name if isinstance(word, Path) else word for word in calling)}", ended.stdout, sep="\n", end="")
        if ended.returncode or ended.stdout != EXPECTED[example]:
            raise Different(f"exit code {ended.returncode}, {ended.stdout!r} instead of {EXPECTED[example]!r}; {ended.stderr}")
        return None
    except (Different, OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    finally:
        for started in servers:
            started.end()


def main() -> int:
    there = {
        f"{example}-from-{client}-to-{server}": (example, server, client) for example in EXPECTED for server in LANGUAGES for client in LANGUAGES
    }
    return check(there, run)


if __name__ == "__main__":
    sys.exit(main())
