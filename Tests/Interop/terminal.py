"""A command on a terminal: a pty on one side, a small emulator (pyte) that knows what a person would see on the other."""

import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios
from pathlib import Path

import pyte

from waiting import eventually

CTRL = {letter: bytes([ord(letter) - 64]) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
UP, DOWN, RIGHT, LEFT = b"\x1b[A", b"\x1b[B", b"\x1b[C", b"\x1b[D"
HOME, END, DELETE, BACKSPACE, ENTER = b"\x1b[H", b"\x1b[F", b"\x1b[3~", b"\x7f", b"\r"


def pasted(text: str) -> bytes:
    """What a terminal sends for a paste when bracketed paste is on."""
    return b"\x1b[200~" + text.replace("\n", "\r").encode() + b"\x1b[201~"


class Terminal:
    """Runs a command on a terminal of this size."""

    def __init__(self, command: list[str], directory: Path, columns: int = 80, rows: int = 24, **environment: str):
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        """Everything that was written to the terminal."""
        self.master, self.slave = pty.openpty()
        self._set_size(columns, rows)
        self.settings = termios.tcgetattr(self.slave)
        self.process = subprocess.Popen(
            command, stdin=self.slave, stdout=self.slave, stderr=self.slave, cwd=directory,
            env={**os.environ, "TERM": "xterm-256color", **environment}, start_new_session=True,
        )
        os.set_blocking(self.master, False)

    def type(self, *keys: bytes | str) -> None:
        for key in keys:
            os.write(self.master, key.encode() if isinstance(key, str) else key)

    def resize(self, columns: int, rows: int) -> None:
        """Another size, as a window tells it: the terminal keeps what it has, and the process gets SIGWINCH."""
        self.read()
        self.screen.resize(rows, columns)
        self._set_size(columns, rows)
        self.process.send_signal(signal.SIGWINCH)

    def read(self) -> None:
        """Takes what was written since the last time."""
        while True:
            try:
                piece = os.read(self.master, 1 << 16)
            except OSError:  # nothing at the moment, or the other side has gone
                return
            if not piece:
                return
            self.raw += piece
            self.stream.feed(piece)

    @property
    def lines(self) -> list[str]:
        """What stands on the screen, without the empty rows at its end."""
        self.read()
        rows = [row.rstrip() for row in self.screen.display]
        while rows and not rows[-1]:
            rows.pop()
        return rows

    @property
    def text(self) -> str:
        """What stands on the screen, with rows that go on put together: what is typed may take several."""
        return "".join(self.lines)

    @property
    def cursor(self) -> tuple[int, str]:
        """The column of the cursor, and the row it is in."""
        self.read()
        return self.screen.cursor.x, self.screen.display[self.screen.cursor.y].rstrip()

    def shows(self, text: str) -> bool:
        return text in self.text

    def wait_for(self, text: str) -> None:
        try:
            eventually(lambda: self.shows(text), f"{text!r} is on the screen")
        except AssertionError as error:
            raise AssertionError(f"{error}\n" + "\n".join(self.lines)) from None

    def wait_for_last(self, line: str) -> None:
        """Waits until this is the last line on the screen: the one that is being typed."""
        try:
            eventually(lambda: self.lines and self.lines[-1] == line, f"{line!r} is the last line")
        except AssertionError as error:
            raise AssertionError(f"{error}\n" + "\n".join(self.lines)) from None

    def is_as_before(self) -> bool:
        """Whether the terminal has the settings that it had before the command."""
        return termios.tcgetattr(self.slave) == self.settings

    def exit_code(self, within: float = 10) -> int:
        def ended() -> bool:
            self.read()
            return self.process.poll() is not None

        eventually(ended, "the command ends", within)
        self.read()
        return self.process.returncode

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)
        os.close(self.slave)

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
