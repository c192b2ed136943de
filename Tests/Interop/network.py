"""Networks of a test's own: the group of protocols.md, section 5, is one for a whole host, and so are default ports."""

import ctypes
import os
import socket
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

GROUP = ("239.1.1.1", 53124)
CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def call(function, *arguments) -> None:
    if function(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


@contextmanager
def own_network() -> Iterator[None]:
    """Takes the test, and every process that it starts, into a network that has nothing but loopback."""
    with open("/proc/thread-self/ns/net", "rb") as before:
        call(libc.unshare, CLONE_NEWNET)
        try:
            run("ip", "link", "set", "lo", "up")
            yield
        finally:
            call(libc.setns, before.fileno(), CLONE_NEWNET)


class Neighbour:
    """Another host: a network joined to the test's by a cable. The test has `here`, the neighbour `there`."""

    here = "192.0.2.1"
    there = "192.0.2.2"

    def __enter__(self) -> "Neighbour":
        self.holder = subprocess.Popen(["unshare", "-n", "sh", "-c", "echo; exec sleep 300"], stdout=subprocess.PIPE)
        self.holder.stdout.readline()
        run("ip", "link", "add", "cable0", "type", "veth", "peer", "name", "cable1")
        run("ip", "link", "set", "cable1", "netns", str(self.holder.pid))
        run("ip", "addr", "add", f"{self.here}/24", "dev", "cable0")
        run("ip", "link", "set", "cable0", "up")
        run(*self.inside, "ip", "link", "set", "lo", "up")
        run(*self.inside, "ip", "addr", "add", f"{self.there}/24", "dev", "cable1")
        run(*self.inside, "ip", "link", "set", "cable1", "up")
        return self

    @property
    def inside(self) -> list[str]:
        """What stands before a command that runs on the neighbour."""
        return ["nsenter", "-t", str(self.holder.pid), "-n"]

    def __exit__(self, *_) -> None:
        self.holder.kill()
        self.holder.wait()
        self.holder.stdout.close()


def run(*command: str) -> None:
    subprocess.run(command, check=True)


@contextmanager
def names(directory: Path, **addresses: list[str]) -> Iterator[list[str]]:
    """What stands before a command that is to find these addresses behind these names."""
    hosts = directory / "hosts"
    hosts.write_text("".join(f"{a} {name}\n" for name, found in addresses.items() for a in found))
    yield ["unshare", "-m", "sh", "-c", f'mount --bind {hosts} /etc/hosts && exec "$@"', "sh"]


def listener(interface: str = "127.0.0.1") -> socket.socket:
    """A socket as an old listener has it: bound to the group, and a member of it."""
    ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    ear.bind(GROUP)
    ear.setsockopt(
        socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(GROUP[0]) + socket.inet_aton(interface)
    )
    ear.setsockopt(socket.IPPROTO_IP, 12, 1)  # IP_RECVTTL
    ear.settimeout(15)
    return ear


def hops(ear: socket.socket) -> int:
    """The time-to-live of the next datagram."""
    _, ancillary, _, _ = ear.recvmsg(2048, 256)
    return next(struct.unpack("i", data)[0] for _, kind, data in ancillary if kind == socket.IP_TTL)


def speaker(interface: str = "127.0.0.1", source: str | None = None) -> socket.socket:
    """A socket that sends to the group by one interface, from one of its addresses, and takes answers."""
    mouth = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    mouth.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(interface))
    mouth.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)
    mouth.bind((source or interface, 0))
    mouth.settimeout(15)
    return mouth
