"""Servers that give back 100 bytes: a distributed actor of ours, Pyro5 and grpc-swift-2; and the clients that load them.

Ours and Pyro5 speak the same protocol and are loaded by `mboard bench call`; gRPC is loaded by nghttp2's h2load, a client in C.
Both keep one call in flight on each connection.
"""
import contextlib
import json
import re
import socket
import statistics
import struct
import tempfile
import time

from . import tools
from .board import BODY_BYTES, SOME_FAILED
from .builds import REFERENCES
from .errors import PeerError
from .ports import free_port
from .process_facts import cpu_seconds, memory_mib
from .processes import command_line, output_of, running
from .samples import Sample
from .tcp_peers import Server, printing_its_port
from .waiting import until

OBJECT = "bench.echo"
GRPC_METHOD = "/bench.Echo/Echo"
GRPC_HEADERS = ["-H", "content-type: application/grpc", "-H", "te: trailers"]
CONNECT, CONNECT_OK, SERPENT = 1, 2, 1
HEAD = struct.Struct(">4sHBBHHII16sHH")


def ours(program, directory):
    return printing_its_port([program], directory / "echo-object.log")


def pyro(python, kind, directory):
    return printing_its_port([python, str(REFERENCES / "pyro_echo.py"), kind], directory / f"pyro-{kind}.log")


def grpc(program, directory):
    return printing_its_port([program], directory / "grpc-echo.log")


@contextlib.contextmanager
def name_server(command, port, log):
    """A name server on a port, without its broadcast."""
    with running(command, log) as process:
        until(lambda: accepts(port), process, command_line(command), log)
        yield Server(process.pid, port)


def our_name_server(mboard, directory):
    port = free_port()
    data = directory / "names"
    return name_server([mboard, "nameserver", "--listen", f"127.0.0.1:{port}", "--broadcast", "off", "--data", str(data)],
                       port, directory / "nameserver.log")


def pyro_name_server(python, directory):
    port = free_port()
    return name_server([python, "-m", "Pyro5.nameserver", "-n", "127.0.0.1", "-p", str(port), "-x"], port,
                       directory / "pyro-nameserver.log")


def accepts(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def call(mboard, server, inflight, serializer, count, uri_object=OBJECT, words=()):
    """Calls by Pyro's protocol."""
    command = [mboard, "bench", "call", "--uri", f"PYRO:{uri_object}@127.0.0.1:{server.port}", "--inflight",
               str(inflight), "--serializer", serializer, "--count", str(count), "--size", str(BODY_BYTES), "--json", *words]
    before = cpu_seconds(server.pid)
    output = output_of(command, allowed=(0, SOME_FAILED))
    cpu = cpu_seconds(server.pid) - before
    report = json.loads(output.splitlines()[-1])
    return Sample(report["per_second"], cpu * 1e6 / count, report["latency_ms"]["p50"], report["latency_ms"]["p99"],
                  report["errors"], report["client_cpu_us_per_operation"])


def look_up(mboard, server, inflight, count):
    """Look-ups of the one name that every name server has: its own."""
    return call(mboard, server, inflight, "serpent", count, "Pyro.NameServer",
                ["--method", "lookup", "--argument", "Pyro.NameServer"])


def unary(h2load, server, inflight, count):
    """Calls by gRPC: the body is a message's head of five bytes and the text."""
    with tempfile.TemporaryDirectory() as directory:
        body, log = f"{directory}/body", f"{directory}/log"
        with open(body, "wb") as file:
            file.write(struct.pack(">BI", 0, BODY_BYTES) + b"x" * BODY_BYTES)
        need_answer(server, body)
        command = [h2load, "-n", str(count), "-c", str(inflight), "-m", "1", "-t", "1", "-d", body, *GRPC_HEADERS,
                   f"--log-file={log}", f"http://127.0.0.1:{server.port}{GRPC_METHOD}"]
        before = cpu_seconds(server.pid)
        text = output_of(command)
        cpu = cpu_seconds(server.pid) - before
        with open(log) as file:
            times = sorted(int(line.split("\t")[2]) for line in file)
    rate = re.search(r"finished in [^,]+, ([\d.]+) req/s", text)
    done = re.search(r"(\d+) succeeded", text)
    if not rate or not done or not times:
        raise PeerError(f"{command_line(command)} printed no rate:\n{text}")
    cuts = statistics.quantiles(times, n=100)
    return Sample(float(rate[1]), cpu * 1e6 / count, cuts[49] / 1e3, cuts[98] / 1e3, count - int(done[1]))


def need_answer(server, body):
    """h2load looks at no trailer: that the calls succeed at all is seen once before."""
    text = output_of([tools.h2load().replace("h2load", "nghttp"), "-v", "-d", body, *GRPC_HEADERS,
                      f"http://127.0.0.1:{server.port}{GRPC_METHOD}"])
    if "grpc-status: 0" not in text:
        raise PeerError(f"the gRPC server does not answer:\n{text}")


class IdleConnections:
    """Connections that are let in, and then say nothing."""

    def __init__(self, server, wanted):
        tools.raise_open_files(wanted + 100)
        self.server, self.sockets = server, []
        before = memory_mib(server.pid)
        connect = b"# serpent utf-8 python3.2\n{'handshake':'hello','object':'%s'}" % OBJECT.encode()
        message = HEAD.pack(b"PYRO", 502, CONNECT, SERPENT, 0, 0, len(connect), 0, bytes(16), 0, 0x4DC5) + connect
        for _ in range(wanted):
            if not self.add(message):
                break
        time.sleep(1)
        self.kib_each = (memory_mib(server.pid) - before) * 1024 / max(1, self.count)

    @property
    def count(self):
        return len(self.sockets)

    def add(self, message):
        connection = socket.create_connection(("127.0.0.1", self.server.port), timeout=10)
        connection.sendall(message)
        answer = b""
        while len(answer) < HEAD.size:
            piece = connection.recv(4096)
            if not piece:
                break
            answer += piece
        if len(answer) < HEAD.size or HEAD.unpack_from(answer)[2] != CONNECT_OK:
            connection.close()
            return False
        self.sockets.append(connection)
        return True

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for connection in self.sockets:
            connection.close()
