"""Runs every demonstration and compares what it prints with what it should: `script/examples [--show] [NAME...]`.

A demonstration is a list of programs and what each is to print, a pattern a line; a pattern that begins with `*` stands for
any number of such lines. Ports are free ones, so that nothing else on this host is in the way.
"""

import re
import socket
import subprocess
import sys
import threading
from pathlib import Path

GROUP = ("239.1.1.1", 53124)
PATIENCE = 20
PROGRAMS = Path(__file__).parent / ".build/debug"
ADDRESS = r"127\.0\.0\.1:\d+"


class Different(Exception):
    """A demonstration printed something else."""


class Program:
    """One of the programs, running; its lines as they come."""

    def __init__(self, name: str, *arguments: object):
        self.title = " ".join([name, *map(str, arguments)])
        self.process = subprocess.Popen(
            [PROGRAMS / name, *map(str, arguments)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        self.lines: list[str] = []
        self.watch = threading.Timer(PATIENCE, self.process.kill)  # a program that hangs is ended, and so its output
        self.watch.start()

    def until(self, pattern: str) -> re.Match:
        """Reads lines up to one that matches."""
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if match := re.search(pattern, line):
                return match
        raise Different(f"{self.title}: no line matches {pattern!r} in {self.lines}")

    @property
    def port(self) -> int:
        """The port that it says it is bound to."""
        return int(self.until(r"(?:bound to|listening on) .*:(\d+)$").group(1))

    def press_enter(self) -> "Program":
        self.process.stdin.write("\n")
        self.process.stdin.close()
        return self

    def expect(self, *patterns: str, code: int = 0) -> None:
        """Reads to the end, and compares everything."""
        self.lines += self.process.stdout.read().splitlines()
        compare(self.title, self.lines, patterns)
        if self.process.wait() != code:
            raise Different(f"{self.title}: exit code {self.process.returncode}, not {code}")

    def end(self) -> None:
        """Ends a server that runs as long as it is let."""
        self.process.terminate()
        self.lines += self.process.stdout.read().splitlines()
        self.process.wait()

    def close(self) -> None:
        self.watch.cancel()
        self.process.kill()
        self.process.wait()


def compare(title: str, lines: list[str], patterns: tuple[str, ...]) -> None:
    rest = list(lines)
    for pattern in patterns:
        if pattern.startswith("*"):
            while rest and re.fullmatch(pattern[1:], rest[0]):
                rest.pop(0)
        elif not rest or not re.fullmatch(pattern, rest.pop(0)):
            raise Different(f"{title}: no line {pattern!r} where it should be in\n  " + "\n  ".join(lines))
    if rest:
        raise Different(f"{title}: more lines than there should be: {rest}")


def free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# The demonstrations. Each takes `start`, which starts a program that is ended when the demonstration is over.


def create(kind: str, start):
    start(f"{kind}-create").press_enter().expect(
        "Application started", r"OS assigned process id: \d+", f"{kind.upper()} Socket created",
        r"File descriptor assigned by OS: \d+", r"/proc/self/fd/\d+ -> socket:\[\d+\]", "Press Enter to terminate ...",
        f"Closing the {kind.upper()} socket ...", r"Terminating \.\.\.",
    )


def bind(kind: str, start):
    first = start(f"{kind}-bind", 0)
    port = first.port
    second = start(f"{kind}-bind", port)
    second.expect(
        "Application started", f"{kind.upper()} Socket created", r"File descriptor assigned by OS: \d+",
        "bind: Address already in use", code=69,
    )
    first.press_enter().expect(
        "Application started", f"{kind.upper()} Socket created", r"File descriptor assigned by OS: \d+",
        rf"Socket is bound to 127\.0\.0\.1:{port}", "Press Enter to terminate ...", r"Terminating \.\.\.",
    )


def udp_send_and_receive(start):
    receiver = start("udp-receive", 0)
    port = receiver.port
    own = free_port(socket.SOCK_DGRAM)
    start("udp-send", port, own).press_enter().expect(
        "Application started", rf"Socket is bound to 127\.0\.0\.1:{own}", rf"Sent message to 127\.0\.0\.1:{port}",
        r"Payload length 12 bytes: \[Hello world!\]", "Press Enter to terminate ...", "Closing the UDP socket ...",
        r"Terminating \.\.\.",
    )
    receiver.expect(
        "Application started", rf"Socket is bound to 127\.0\.0\.1:{port}", r"Waiting for message \.\.\.",
        rf"Received message from 127\.0\.0\.1:{own}", r"Payload length 12 bytes: \[Hello world!\]",
        "Closing the UDP socket ...", r"Terminating \.\.\.",
    )


def udp_automatic_binding(start):
    receiver = start("udp-receive", 0)
    port = receiver.port
    sender = start("udp-send-unbound", port)
    own = sender.until(r"automatically bound to 0\.0\.0\.0:(\d+)").group(1)
    sender.press_enter().expect(
        "Application started", r"Socket is not bound: 0\.0\.0\.0:0", rf"Sent message to 127\.0\.0\.1:{port}",
        r"Payload length 12 bytes: \[Hello world!\]", r"Socket was automatically bound to 0\.0\.0\.0:\d+",
        "Press Enter to terminate ...", "Closing the UDP socket ...", r"Terminating \.\.\.",
    )
    receiver.until(rf"Received message from 127\.0\.0\.1:{own}\n")


def udp_big_message(start):
    receiver = start("udp-receive-big", 0)
    port = receiver.port
    start("udp-send-big", port).expect(
        r"*Sent \d+ bytes of 84001 \.\.\.", rf"Sent message to 127\.0\.0\.1:{port} in 83 parts"
    )
    receiver.expect(
        rf"Socket is bound to 127\.0\.0\.1:{port}", r"Waiting for message \.\.\.",
        rf"*Received block of 1024 from {ADDRESS}", rf"Received block of 33 from {ADDRESS}",
        r"Total length 84001 bytes: \[(Hello world!){2}\.\.\.\]",
    )


def udp_order_restored(start):
    receiver = start("udp-receive-ordered", 0)
    port = receiver.port
    sender = start("udp-send-ordered", port)
    sender.expect(r"Sent block 0: UDP", r"Sent block 7: what", r"*Sent block \d+: \S+")
    receiver.expect(
        rf"Socket is bound to 127\.0\.0\.1:{port}", "Block 0 of 18: 1 in order, 0 early",
        "Block 7 of 18: 1 in order, 1 early", r"*Block \d+ of 18: \d+ in order, \d+ early",
        r"Message: \[UDP does not keep the order of what is sent, so each block says which one it is\.\]",
    )


RECEIVER = (
    r"UDP socket declared \.\.\.", r"UDP socket reuse set \.\.\.", r"Socket bound to 239\.1\.1\.1:53124",
    r"Joined the group on 127\.0\.0\.1",
)


def multicast(start):
    """One datagram reaches both members."""
    receivers = [start("multicast-receive", 2) for _ in range(2)]
    for receiver in receivers:
        receiver.until("Joined the group")
    start("multicast-send", 2, "127.0.0.1", 0).expect(
        r"UDP socket declared \.\.\.", r"Enabled loop-back multi-casts \.\.\.",
        r"Set multicast time-to-live \[4\] hops \.\.\.", r"\[1\] Multi-cast sent \.\.\.", r"\[2\] Multi-cast sent \.\.\.",
        r"Socket closed \.\.\.",
    )
    for receiver in receivers:
        receiver.expect(
            *RECEIVER, rf"Received From: {ADDRESS} \[Hello world!\]", rf"Received From: {ADDRESS} \[Hello world!\]",
            r"Socket closed \.\.\.",
        )


def multicast_with_python(start):
    """The notes' receiver and sender, written in Python from their description, understand ours and the other way round."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as member:
        member.settimeout(PATIENCE)
        member.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        member.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)
        member.bind(GROUP)
        joined = socket.inet_aton(GROUP[0]) + socket.inet_aton("127.0.0.1")
        member.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, joined)
        start("multicast-send", 1, "127.0.0.1", 0).until("Socket closed")
        while member.recv(1024) != b"Hello world!":  # a board on this host may announce itself meanwhile
            pass
    receiver = start("multicast-receive", 1)
    receiver.until("Joined the group")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 4)
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
        sender.sendto("Hello from Python!".encode(), GROUP)
    receiver.expect(*RECEIVER, rf"Received From: {ADDRESS} \[Hello from Python!\]", r"Socket closed \.\.\.")


def tcp_listen(start):
    program = start("tcp-listen", 0)
    port = int(program.until(r":(\d+) is in listening state").group(1))
    socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()  # the kernel takes it
    program.press_enter().expect(
        "Application started", r"OS assigned process id: \d+", "TCP Socket created", r"File descriptor assigned by OS: \d+",
        rf"Socket is bound to 127\.0\.0\.1:{port}", rf"Socket 127\.0\.0\.1:{port} is in listening state",
        "Press Enter to terminate ...", r"Terminating \.\.\.",
    )


def tcp_accept_and_connect(start):
    server = start("tcp-accept", 0)
    port = int(server.until(r":(\d+) is in listening state").group(1))
    client = start("tcp-connect", port)
    own = client.until(r"Local end-point is bound to 127\.0\.0\.1:(\d+)").group(1)
    client.press_enter().expect(
        "Application started", "TCP Socket created", r"Socket is not bound: 0\.0\.0\.0:0",
        rf"Socket connected to 127\.0\.0\.1:{port}", rf"Local end-point is bound to 127\.0\.0\.1:{own}",
        "Press Enter to terminate ...", r"Terminating \.\.\.",
    )
    server.press_enter().expect(
        "Application started", rf"Socket is bound to 127\.0\.0\.1:{port}",
        rf"Socket 127\.0\.0\.1:{port} is in listening state", rf"New client connected from 127\.0\.0\.1:{own}",
        rf"Local end-point socket bound on: 127\.0\.0\.1:{port}",
        r"Listener is descriptor (\d+), the client's socket is descriptor (?!\1)\d+", "Press Enter to terminate ...",
        r"Terminating \.\.\.",
    )


def tcp_connect_to_nobody(start):
    start("tcp-connect", free_port(socket.SOCK_STREAM)).expect(
        "Application started", "TCP Socket created", r"Socket is not bound: 0\.0\.0\.0:0", "connect: Connection refused",
        code=69,
    )


def tcp_message(start, times: int, blocks: str):
    server = start("tcp-receive", 0)
    port = server.port
    total = 12 * times + 1
    start("tcp-send", port, times).expect(
        rf"Connected to the server 127\.0\.0\.1:{port}", rf"Local end-point bound on {ADDRESS}",
        rf"Sent {total} bytes to 127\.0\.0\.1:{port} in \d+ call\(s\)", r"Terminating \.\.\.",
    )
    server.expect(
        rf"Socket is listening on 127\.0\.0\.1:{port}", rf"Client connected from {ADDRESS}",
        rf"*Received block of \d+ from {ADDRESS}", rf"Total length {total} bytes in {blocks} block\(s\): \[Hello world!\.\.\.\]",
        r"Closed client socket \.\.\.", r"Closed the listener socket \.\.\.",
    )


def ask_with_half_close(start, port: int):
    start("half-close-client", port, "Hello world!").expect(
        r"Sent \[Hello world!\], and shut down sending", "Sending more: Broken pipe",
        r"Received \[12 bytes: HELLO WORLD!\], and the end of the stream",
    )


def half_close(start):
    server = start("half-close-server", 0)
    port = server.port
    ask_with_half_close(start, port)
    server.expect(
        rf"Socket is listening on 127\.0\.0\.1:{port}", "recv gave 0 bytes: the client has nothing more to say",
        r"Request: \[Hello world!\]", "Answered 22 bytes",
    )


def nio_half_close(start):
    server = start("nio-half-close-server", 0)
    port = server.port
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE):  # one that says nothing holds nobody up
        ask_with_half_close(start, port)
        ask_with_half_close(start, port)
        server.end()  # before the silent one says its nothing
    compare(
        server.title, server.lines,
        (rf"Socket is listening on 127\.0\.0\.1:{port}", r"Request: \[Hello world!\]", r"Request: \[Hello world!\]"),
    )


def nio_udp_echo(start):
    server = start("nio-udp-echo", 0)
    port = server.port
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(PATIENCE)
        client.connect(("127.0.0.1", port))
        for message in (b"Hello", b"", b"\0\xff"):
            client.send(message)
            if client.recv(1024) != message:
                raise Different("nio-udp-echo: something else came back")
    server.end()
    compare(
        server.title, server.lines,
        (rf"Socket is bound to 127\.0\.0\.1:{port}", *(rf"Received {n} bytes from .*{ADDRESS}" for n in (5, 0, 2))),
    )


def nio_multicast(start):
    receiver = start("multicast-receive", 2)
    receiver.until("Joined the group")
    start("nio-multicast", 2).expect(
        r"Joined 239\.1\.1\.1:53124", r"*(\[1\] Multi-cast sent \.\.\.|Received From: 127\.0\.0\.1 \[Hello 1 from NIO\])",
        r"*(\[2\] Multi-cast sent \.\.\.|Received From: 127\.0\.0\.1 \[Hello 2 from NIO\])", r"Socket closed \.\.\.",
    )
    receiver.expect(
        *RECEIVER, rf"Received From: {ADDRESS} \[Hello 1 from NIO\]", rf"Received From: {ADDRESS} \[Hello 2 from NIO\]",
        r"Socket closed \.\.\.",
    )


DEMONSTRATIONS = {
    "udp-create": lambda start: create("udp", start),
    "udp-bind": lambda start: bind("udp", start),
    "udp-send-and-receive": udp_send_and_receive,
    "udp-automatic-binding": udp_automatic_binding,
    "udp-big-message": udp_big_message,
    "udp-order-restored": udp_order_restored,
    "multicast": multicast,
    "multicast-with-python": multicast_with_python,
    "tcp-create": lambda start: create("tcp", start),
    "tcp-bind": lambda start: bind("tcp", start),
    "tcp-listen": tcp_listen,
    "tcp-accept-and-connect": tcp_accept_and_connect,
    "tcp-connect-to-nobody": tcp_connect_to_nobody,
    "tcp-message": lambda start: tcp_message(start, 1, "1"),
    "tcp-big-message": lambda start: tcp_message(start, 7000, r"\d\d+"),
    "half-close": half_close,
    "nio-udp-echo": nio_udp_echo,
    "nio-half-close": nio_half_close,
    "nio-multicast": nio_multicast,
}


started: set[str] = set()
"""The programs that were run."""


def run(name: str, show: bool) -> str | None:
    """What is wrong with a demonstration; nothing when it is as it should be."""
    programs: list[Program] = []

    def start(program: str, *arguments: object) -> Program:
        started.add(program)
        programs.append(Program(program, *arguments))
        return programs[-1]

    try:
        DEMONSTRATIONS[name](start)
        return None
    except (Different, OSError) as error:
        return str(error)
    finally:
        for program in programs:
            program.close()
            if show:
                print(f"$ {program.title}", *program.lines, sep="\n")


def main() -> int:
    show = "--show" in sys.argv
    names = [name for name in sys.argv[1:] if not name.startswith("--")] or list(DEMONSTRATIONS)
    if unknown := [name for name in names if name not in DEMONSTRATIONS]:
        print(f"no such demonstration: {', '.join(unknown)}; there are {', '.join(DEMONSTRATIONS)}", file=sys.stderr)
        return 64
    used = set(re.findall(r'"((?:udp|tcp|nio|multicast|half)-[a-z-]+)"', (Path(__file__).parent / "Package.swift").read_text()))
    failures = 0
    for name in names:
        problem = run(name, show)
        print(f"{'DIFFERENT' if problem else 'as it should be'}  {name}" + (f"\n{problem}" if problem else ""), flush=True)
        failures += problem is not None
    if len(names) == len(DEMONSTRATIONS) and (forgotten := used - started):
        print(f"programs that no demonstration runs: {', '.join(sorted(forgotten))}")
        failures += 1
    return 1 if failures else 0

if __name__ == "__main__":
    sys.exit(main())
