"""Big messages over UDP: ours, the old client that sends one block at a time, and a bad network between them."""
import contextlib
import dataclasses
import json
import os
import socket
import subprocess
import sys
import time

from .builds import REPOSITORY
from .errors import PeerError
from .processes import command_line, output_of

RELAY = REPOSITORY / "Tests" / "Interop" / "lossy_relay.py"
OLD_BLOCK = 60_000
OLD_PATIENCE_SECONDS = 1
MIB = 1 << 20


@contextlib.contextmanager
def relay(server, **weather):
    """A bad network in front of a server, while the block lasts; gives its `host:port`."""
    options = [word for name, value in weather.items() for word in (f"--{name}", str(value))]
    process = subprocess.Popen([sys.executable, str(RELAY), server, *options], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


def old_client(address, size):
    """Bytes a second of a client that waits for the confirmation of each block before it sends the next."""
    host, _, port = address.rpartition(":")
    request = b"1:" + os.urandom(size - 2)
    blocks = [request[start:start + OLD_BLOCK] for start in range(0, size, OLD_BLOCK)]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        end.connect((host, int(port)))
        end.settimeout(OLD_PATIENCE_SECONDS)

        def ask(datagram, right):
            while True:
                end.send(datagram)
                with contextlib.suppress(TimeoutError):
                    while not right(answer := end.recv(65_536)):
                        pass
                    return answer
        began = time.monotonic()
        sid = ask(b"a?0", lambda answer: len(answer) > 8).split(b"?")[1]
        for index, block in enumerate(blocks):
            ask(b"b?%s?%d?%d?%d?" % (sid, index, len(blocks), len(block)) + block,
                lambda answer: answer == b"0?%d" % (index + 1))
        if ask(b"c?" + sid, lambda answer: answer in (b"0?1", b"0?0")) != b"0?1":
            raise PeerError("the server did not take the old client's message")
        return size / (time.monotonic() - began)


@dataclasses.dataclass(frozen=True)
class Publisher:
    """Our command, publishing a file of random bytes by session."""

    mboard: str
    file: str

    def command(self, address):
        return [str(self.mboard), "publish", "--via", "session", "--server", address, "--timeout", "60", str(self.file)]

    def rate(self, address):
        began = time.monotonic()
        output_of(self.command(address))
        return os.path.getsize(self.file) / (time.monotonic() - began)

    def together(self, address, count):
        """Seconds until each of several is done, in the order in which they end."""
        began = time.monotonic()
        running = [subprocess.Popen(self.command(address), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                    start_new_session=True) for _ in range(count)]
        ends = []
        while running:
            for process in [process for process in running if process.poll() is not None]:
                if process.returncode != 0:
                    raise PeerError(f"{command_line(self.command(address))} ended with {process.returncode}")
                ends.append(time.monotonic() - began)
                running.remove(process)
            time.sleep(0.005)
        return ends


def by_session_and_tcp(mboard, board, size):
    """One message by session and the same by TCP: what `mboard bench session` says."""
    command = [mboard, "bench", "session", "--server", board.udp, "--size", str(size), "--json", "--pid", str(board.pid)]
    return json.loads(output_of(command).splitlines()[-1])
