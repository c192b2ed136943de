"""Runs each client against each server and compares what they print with what they should: `script/examples [--show] [NAME...]`.

Every combination gets the same calls; the answers may not tell which server it is.
"""

import re
import subprocess
import sys
import threading
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
from pairs import check  # noqa: E402 (it lies beside the examples)

BUILT = HERE.parents[1] / ".build/release"
PATIENCE = 20
SERVERS = {"swift": [BUILT / "XMLRPCExampleServer"], "python": [sys.executable, "-B", HERE / "rpc_mboard_server.py"]}
CLIENTS = {"swift": [BUILT / "XMLRPCExampleClient"], "python": [sys.executable, "-B", HERE / "rpc_mboard_client.py"]}
METHODS = r"Remote methods are: \[get,last,publish\]"
TIME = r"\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\]"


class Different(Exception):
    """A program printed something else."""


class Board:
    """A server on a free port, and a client of it."""

    def __init__(self, server: str, client: str, show: bool):
        self.client = client
        self.show = show
        if show:
            print(f"$ {' '.join(Path(word).name for word in SERVERS[server])} --port 0", flush=True)
        self.process = subprocess.Popen([*SERVERS[server], "--port", "0"], stdout=subprocess.PIPE, text=True)
        self.watch = threading.Timer(PATIENCE, self.process.kill)  # a server that hangs is ended, and so its output
        self.watch.start()
        line = self.process.stdout.readline()
        if not (found := re.fullmatch(r"Listening on 127\.0\.0\.1:(\d+)\n", line)):
            raise Different(f"the {server} server said {line!r}")
        self.port = found[1]

    def ask(self, *arguments: str, stdin: str = "", code: int = 0) -> tuple[list[str], list[str]]:
        """The lines on standard output, and those on standard error."""
        command = [*CLIENTS[self.client], "--port", self.port, *arguments]
        ended = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=PATIENCE)
        if self.show:
            print(f"$ {' '.join([Path(command[0]).name, *map(str, command[1:])])}", ended.stderr + ended.stdout, sep="\n", end="")
        if ended.returncode != code:
            raise Different(f"{arguments}: exit code {ended.returncode}, not {code}: {ended.stderr}")
        return ended.stdout.splitlines(), ended.stderr.splitlines()

    def end(self) -> None:
        self.process.terminate()
        rest, _ = self.process.communicate(timeout=PATIENCE)
        compare("the server at its end", rest.splitlines(), r"Terminating \.\.\.")

    def close(self) -> None:
        self.watch.cancel()
        self.process.kill()
        self.process.wait()


def compare(what: str, lines: list[str], *patterns: str) -> None:
    if len(lines) != len(patterns) or not all(map(re.fullmatch, patterns, lines)):
        raise Different(f"{what}: {lines} instead of {list(patterns)}")


def run(server: str, client: str, show: bool) -> str | None:
    """What is wrong with a server and a client; nothing when they are as they should be."""
    board = None
    try:
        board = Board(server, client, show)
        shown, said = board.ask()
        compare("an empty board", shown)
        compare("the methods", said, METHODS)
        shown, said = board.ask("Hello, world!")
        compare("the first message", shown, rf"{TIME}  :-1 -> Hello, world!")
        compare("its number", said, METHODS, "Message 0 published")
        shown, said = board.ask("--last", "1", "-", stdin="grüße <&> 👋")
        compare("the second message", shown, rf"{TIME}  :-1 -> grüße <&> 👋")
        compare("its number", said, METHODS, "Message 1 published")
        shown, _ = board.ask("--last", "0")
        compare("all messages", shown, rf"{TIME}  :-1 -> Hello, world!", rf"{TIME}  :-1 -> grüße <&> 👋")
        shown, _ = board.ask("--last", "7")
        compare("more than there are", shown, ".*Hello, world!", ".*grüße <&> 👋")
        board.end()
        shown, _ = board.ask("nobody hears this", code=69)
        compare("a board that is gone", shown)
        return None
    except (Different, OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    finally:
        if board:
            board.close()


def main() -> int:
    there = {f"{server}-server-{client}-client": (server, client) for server in SERVERS for client in CLIENTS}
    return check(there, run)


if __name__ == "__main__":
    sys.exit(main())
