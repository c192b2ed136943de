"""The reference servers in Python: every model gives every service, and ends as ours do.

They need no build of ours: `python3 -m pytest Tests/Interop/test_reference_servers.py`.
"""

import contextlib
import json
import math
import os
import resource
import signal
import socket
import subprocess
import sys
import threading

import pytest

from kernel import has_read_everything
from running import Running
from waiting import eventually

SERVERS = os.path.join(os.path.dirname(__file__), "../../Benchmarks/reference/servers")
MODELS = ["one-client", "sequential", "thread-per-connection", "prefork", "thread-per-request", "pipeline", "managers",
          "process-pipeline", "event-loop", "tasks"]
WITH_WORKERS = ["prefork", "pipeline", "process-pipeline", "event-loop"]
CONCURRENT = [model for model in MODELS if model not in ("one-client", "sequential")]
UUIDS = [b"7d444840-9dc0-11d1-b245-%012d" % number for number in range(5)]


class Reference:
    """A reference server that is running."""

    def __init__(self, directory, model: str, service: str, *options: str, descriptors: int | None = None):
        self.ready = directory / "ready.json"
        command = [sys.executable, "-B", os.path.join(SERVERS, "run.py"), "--model", model, "--service", service]
        command += ["--ready-file", str(self.ready), *options]
        limit = descriptors and (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors)))
        self.running = Running(command, directory, preexec_fn=limit)
        eventually(self.ready.exists, f"{model} is ready: {self.running.complaints}")
        self.facts = json.loads(self.ready.read_text())
        host, port = self.facts["endpoint"].rsplit(":", 1)
        self.address = host, int(port)

    def connect(self) -> socket.socket:
        return socket.create_connection(self.address, timeout=10)

    def stop(self) -> int:
        self.running.process.send_signal(signal.SIGTERM)
        return self.running.exit_code()


@pytest.fixture
def start(tmp_path):
    """Starts reference servers, and ends what a failed test leaves."""
    started = []

    def start(*words: str, **keywords) -> Reference:
        directory = tmp_path / str(len(started))
        directory.mkdir()
        started.append(Reference(directory, *words, **keywords))
        return started[-1]

    yield start
    for server in started:
        server.running.kill()


def exactly(connection: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size:
        part = connection.recv(size - len(got))
        assert part, f"the connection ended after {got!r}"
        got += part
    return got


def to_end(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65536), b""))


def line(connection: socket.socket) -> bytes:
    got = b""
    while not got.endswith(b"\n"):
        got += exactly(connection, 1)
    return got


def exchange(server: Reference, request: bytes) -> bytes:
    """Everything that is answered to a client that sends all, shuts down its sending side and reads to the end."""
    with server.connect() as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return to_end(connection)


@pytest.mark.parametrize("model", MODELS)
def test_hold_sends_one_byte_and_waits_for_the_client(start, model):
    """The byte comes with the end of the stream; the connection lives until the client sends something."""
    server = start(model, "hold")
    with server.connect() as connection:
        assert to_end(connection) == b"1"
        connection.sendall(b"x")
        eventually(lambda: is_reset_or_closed(connection), "the server has closed")
    assert server.stop() == 0


def is_reset_or_closed(connection: socket.socket) -> bool:
    """The server's side is closed when what is sent to it is refused."""
    try:
        connection.sendall(b"x")
        return False
    except OSError:
        return True


@pytest.mark.parametrize("model", MODELS)
def test_hold_ends_when_the_client_half_closes(start, model):
    server = start(model, "hold")
    with server.connect() as connection:
        assert to_end(connection) == b"1"
        connection.shutdown(socket.SHUT_WR)
    assert server.stop() == 0


@pytest.mark.parametrize("service", ["echo-after", "echo-after:0", "echo-after:0.02"])
@pytest.mark.parametrize("model", MODELS)
def test_echo_answers_request_after_request(start, model, service):
    """Five on one connection one by one; the half-close ends it."""
    server = start(model, service)
    with server.connect() as connection:
        for request in UUIDS:
            connection.sendall(request)
            assert exactly(connection, 36) == request
        connection.shutdown(socket.SHUT_WR)
        assert to_end(connection) == b""
    assert server.stop() == 0


@pytest.mark.parametrize("model", MODELS)
def test_echo_finishes_what_it_has_after_the_half_close(start, model):
    """Five at once with the end behind them: five answers in order, and none for a part of a request."""
    server = start(model, "echo-after:0.02")
    assert exchange(server, b"".join(UUIDS) + b"a part") == b"".join(UUIDS)
    assert server.stop() == 0


@pytest.mark.parametrize("model", MODELS)
def test_echo_joins_the_pieces_of_a_request(start, model):
    server = start(model, "echo-after")
    with server.connect() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in (UUIDS[0][:7], UUIDS[0][7:] + UUIDS[1][:1], UUIDS[1][1:35], UUIDS[1][35:]):
            connection.sendall(piece)
            eventually(lambda: has_read_everything(server.address[1]), "the server has the piece")
        assert exactly(connection, 72) == UUIDS[0] + UUIDS[1]


@pytest.mark.parametrize("model", MODELS)
def test_factor_answers_request_after_request(start, model):
    server = start(model, "factor")
    with server.connect() as connection:
        for request, answer in [
            (b"12", b"12: 2 2 3"),
            (b"97", b"97: 97"),
            (b"4294967296", b"4294967296: " + b" ".join([b"2"] * 32)),
            (b"4295098369", b"4295098369: 65537 65537"),
            (b"18446743979220271189", b"18446743979220271189: 4294967279 4294967291"),
            (b"147573952589676412927", b"147573952589676412927: 193707721 761838257287"),
        ]:
            connection.sendall(request + b"\n")
            assert line(connection) == answer + b"\n"
    assert server.stop() == 0


@pytest.mark.parametrize("model", MODELS)
def test_factor_answers_lines_sent_at_once_in_order_and_refuses_what_is_no_integer(start, model):
    """The connection lives on after a wrong request, except after one that never ends."""
    server = start(model, "factor")
    too_long = b"1" * 81
    answers = exchange(server, b"15\nfifteen\n\n-15\n0\n" + too_long + b"\n21\n33").split(b"\n")
    assert answers[0] == b"15: 3 5"
    assert all(answer.startswith(b"error: ") for answer in answers[1:6])
    assert answers[6:] == [b"21: 3 7", b""]
    if model != "one-client":
        with server.connect() as connection:
            connection.sendall(b"9" * 100)
            assert to_end(connection).startswith(b"error: ")
    assert server.stop() == 0


@pytest.mark.parametrize("model", CONCURRENT)
def test_clients_are_served_side_by_side(start, model):
    """Each of four clients that stay gets its answer while the others are there."""
    server = start(model, "echo-after")
    connections = [server.connect() for _ in range(4)]
    for connection, request in zip(connections, UUIDS):
        connection.sendall(request)
    assert [exactly(connection, 36) for connection in connections] == UUIDS[:4]
    for connection in connections:
        connection.close()
    assert server.stop() == 0


def test_one_client_serves_no_second(start):
    """The second is connected by the kernel and waits for ever, also when the first has left."""
    server = start("one-client", "hold")
    with server.connect() as first, server.connect() as second:
        assert to_end(first) == b"1"
        first.close()
        second.settimeout(0.3)
        with pytest.raises(TimeoutError):
            second.recv(1)
    assert server.stop() == 0


def test_sequential_serves_the_second_when_the_first_has_left(start):
    server = start("sequential", "hold")
    with server.connect() as first, server.connect() as second:
        assert to_end(first) == b"1"
        second.settimeout(0.3)
        with pytest.raises(TimeoutError):
            second.recv(1)
        first.close()
        second.settimeout(10)
        assert to_end(second) == b"1"
    assert server.stop() == 0


def test_prefork_serves_as_many_as_it_has_threads(start):
    server = start("prefork:2", "hold")
    connections = [server.connect() for _ in range(3)]
    assert [to_end(connection) for connection in connections[:2]] == [b"1"] * 2
    connections[2].settimeout(0.3)
    with pytest.raises(TimeoutError):
        connections[2].recv(1)
    connections[0].close()
    connections[2].settimeout(10)
    assert to_end(connections[2]) == b"1"
    assert server.stop() == 0


@pytest.mark.parametrize("model", MODELS)
def test_sigterm_answers_what_is_in_hand(start, model):
    """A request has been read when the signal comes: it is answered, nothing more is accepted, and the exit is 0."""
    server = start(model, "echo-after:0.5")
    with server.connect() as connection:
        connection.sendall(UUIDS[0])
        eventually(lambda: has_read_everything(server.address[1]), "the server has the request")
        server.running.process.send_signal(signal.SIGTERM)
        assert exactly(connection, 36) == UUIDS[0]
        assert to_end(connection) == b""
    assert server.running.exit_code() == 0
    with pytest.raises(ConnectionRefusedError):
        server.connect()


@pytest.mark.parametrize("model", CONCURRENT)
def test_sigterm_ends_idle_connections_and_holders(start, model):
    server = start(model, "hold")
    connections = [server.connect() for _ in range(3)]
    assert [to_end(connection) for connection in connections] == [b"1"] * 3
    assert server.stop() == 0


@pytest.mark.parametrize("model", MODELS)
def test_an_idle_server_ends_with_0(start, model):
    server = start(model, "factor")
    assert server.facts["pid"] == server.running.process.pid
    assert server.stop() == 0
    assert server.running.complaints == ""


@pytest.mark.parametrize("model", MODELS)
def test_clients_that_reset_harm_nobody(start, model):
    server = start(model, "echo-after")
    linger = b"\1\0\0\0\0\0\0\0"
    for request in (b"", UUIDS[0], UUIDS[0] + b"part"):
        connection = server.connect()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        connection.sendall(request)
        connection.close()
    if model != "one-client":
        assert exchange(server, UUIDS[1]) == UUIDS[1]
    assert server.stop() == 0
    assert server.running.complaints == ""


@pytest.mark.parametrize("model", MODELS)
def test_an_idle_client_is_closed_after_the_time_out(start, model):
    server = start(model, "echo-after", "--idle-timeout", "0.2")
    with server.connect() as connection:
        assert to_end(connection) == b""
    assert server.stop() == 0


@pytest.mark.parametrize("model", CONCURRENT)
def test_accepting_resumes_when_descriptors_are_free_again(start, model):
    """More clients than descriptors: the last waits, and is served when others have left."""
    server = start(model, "hold", descriptors=40)
    connections = [server.connect() for _ in range(50)]
    assert to_end(connections[0]) == b"1"
    connections[-1].settimeout(0.3)
    with pytest.raises(TimeoutError):
        connections[-1].recv(1)
    for connection in connections[:-1]:
        connection.close()
    connections[-1].settimeout(10)
    assert to_end(connections[-1]) == b"1"
    assert server.stop() == 0


@pytest.mark.parametrize("model", MODELS)
def test_no_request_is_answered_twice_or_lost_by_a_stop_under_load(start, model):
    """Eight clients ask while the signal comes: each gets its answers in order, and at most the last one is missing."""
    server = start(model, "echo-after")
    wrong, answered = [], threading.Semaphore(0)

    def ask(client: int) -> None:
        number = 0
        try:
            with server.connect() as connection:
                while True:
                    request = b"%08d-0000-4000-8000-%012d" % (client, number)
                    connection.sendall(request)
                    got = connection.recv(36, socket.MSG_WAITALL)
                    if got != request:
                        wrong.extend([got] if got else [])
                        return
                    number += 1
                    answered.release()
        except OSError:
            pass  # it was in the listener's queue, or asked after the end

    clients = [threading.Thread(target=ask, args=(client,)) for client in range(8)]
    for client in clients:
        client.start()
    for _ in range(100):
        assert answered.acquire(timeout=10)
    assert server.stop() == 0
    for client in clients:
        client.join()
    assert wrong == []


@pytest.mark.parametrize("model", MODELS)
def test_a_client_that_goes_on_asking_does_not_keep_a_server_from_its_end(start, model):
    """It sends far ahead of the answers, so that the server finds a request whenever it looks for one."""
    server = start(model, "echo-after")
    with server.connect() as connection:
        sender = threading.Thread(target=send_until_broken, args=(connection, UUIDS[0] * 1000))
        sender.start()
        exactly(connection, len(UUIDS[0]))
        reader = threading.Thread(target=read_until_broken, args=(connection,))
        reader.start()
        assert server.stop() == 0
        reader.join()
        sender.join()


def read_until_broken(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while connection.recv(65536):
            pass


def send_until_broken(connection: socket.socket, requests: bytes) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection.sendall(requests)


@pytest.mark.parametrize("words, complaint", [
    (["--model", "nonsense", "--service", "hold"], "the models are"),
    (["--service", "hold"], "the models are"),
    (["--model", "prefork:4", "--workers", "5", "--service", "hold"], "differ"),
    (["--model", "prefork:0", "--service", "hold"], "from 1 to"),
    (["--model", "prefork:many", "--service", "hold"], "a number"),
    (["--model", "sequential:2", "--service", "hold"], "no number of workers"),
    (["--model", "sequential"], "--service"),
    (["--model", "sequential", "--service", "echo"], "the services are"),
    (["--model", "sequential", "--service", "echo-after:soon"], "a number of seconds"),
    (["--model", "sequential", "--service", "echo-after:-1"], "from 0"),
    (["--model", "sequential", "--service", "hold", "--listen", "nowhere"], "HOST:PORT"),
    (["--model", "sequential", "--service", "hold", "--backlog", "0"], "at least 1"),
])
def test_wrong_options_are_refused_with_a_sentence(words, complaint):
    command = [sys.executable, "-B", os.path.join(SERVERS, "run.py"), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=10)
    assert done.returncode != 0
    assert complaint in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("model", WITH_WORKERS)
def test_the_number_of_workers_is_said_in_either_way(start, model):
    for words in ([f"{model}:2", "echo-after"], [model, "echo-after", "--workers", "2"]):
        server = start(*words)
        assert exchange(server, UUIDS[0]) == UUIDS[0]
        assert server.stop() == 0


def test_a_models_program_refuses_another_models_name():
    command = [sys.executable, "-B", os.path.join(SERVERS, "prefork.py"), "--model", "pipeline", "--service", "hold"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=10)
    assert done.returncode != 0 and "this program is prefork" in done.stderr


def test_the_numbers_to_factor_have_two_primes_of_equal_length(start):
    """What the load sends is what its file's name says, by the reference's own answers."""
    server = start("prefork", "factor")
    for bits in (44, 64):
        with open(os.path.join(SERVERS, f"../semiprimes-{bits}.txt"), "rb") as file:
            numbers = file.read()
        for answer in exchange(server, numbers).splitlines():
            number, _, factors = answer.partition(b": ")
            factors = [int(factor) for factor in factors.split()]
            assert [factor.bit_length() for factor in factors] == [bits // 2] * 2
            assert math.prod(factors) == int(number)
    assert server.stop() == 0
