"""`mboard lab serve`: each model with each service, with sockets of Python's; what goes wrong around it; `mboard lab watch`."""

import os
import signal
import socket
import struct
import threading
from pathlib import Path

import pytest

import lab
from waiting import eventually


@pytest.fixture
def serve(binary, tmp_path):
    """Starts servers of the lab; ends them after the test."""
    started = []

    def start(model: str, service: str, *options: str, files: int | None = None) -> lab.LabServer:
        started.append(lab.LabServer(binary, tmp_path / f"lab-{len(started)}", model, service, *options, files=files))
        return started[-1]

    yield start
    for server in started:
        server.end()


@pytest.mark.parametrize("model", lab.MODELS)
def test_hold_says_that_a_client_is_served_and_waits_for_its_leave(serve, model):
    server = serve(model, "hold")
    with server.connect() as client:
        assert lab.whole(client) == b"1"  # and the server's side is shut
        client.sendall(b"x")
    eventually(lambda: server.counters()["open"] == 0, "the client is let go")
    assert server.stop() == 0


@pytest.mark.parametrize("model", lab.MODELS)
def test_echo_answers_every_request_of_a_connection_in_order(serve, model):
    server = serve(model, "echo-after:0.01")
    with server.connect() as client:
        for _ in range(3):
            request = lab.echo_request()
            client.sendall(request)
            assert lab.exactly(client, 36) == request
        several = [lab.echo_request() for _ in range(5)]
        client.sendall(b"".join(several))
        client.shutdown(socket.SHUT_WR)
        assert lab.whole(client) == b"".join(several)
    counters = server.counters()
    assert counters["requests"] == counters["answers"] == 8
    assert server.stop() == 0


@pytest.mark.parametrize("model", lab.MODELS)
def test_factor_answers_lines_and_says_what_it_cannot_read(serve, model):
    server = serve(model, "factor")
    with server.connect() as client:
        for number, answer in [
            (b"12", b"12: 2 2 3\n"), (b"600851475143", b"600851475143: 71 839 1471 6857\n"), (b"2", b"2: 2\n"),
            (b"1000000016000000063", b"1000000016000000063: 1000000007 1000000009\n"),
        ]:  # fmt: skip
            client.sendall(number + b"\n")
            assert lab.line(client) == answer
        for nonsense in [b"", b"-3", b"0", b"twelve", b"9" * 81]:
            client.sendall(nonsense + b"\n")
            assert lab.line(client).startswith(b"error: ")
        client.sendall(b"9" * 200)  # no line ever
        assert lab.line(client).startswith(b"error: ") and lab.whole(client) == b""
    assert server.stop() == 0


@pytest.mark.parametrize("model", lab.MODELS)
def test_clients_that_reset_half_close_or_say_nothing_leave_the_others_served(serve, model):
    server = serve(model, "echo-after", "--idle-timeout", "1")
    for what in [b"", b"half of a request", b"x" * 36]:
        client = server.connect()
        client.sendall(what)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()  # a reset
    with server.connect() as client:
        client.sendall(b"half of a request")
        client.shutdown(socket.SHUT_WR)
        assert lab.whole(client) == b""
    with server.connect() as silent, server.connect() as client:
        request = lab.echo_request()
        client.sendall(request)
        assert lab.exactly(client, 36) == request  # of a sequential server, when the silent one has been cut
        client.close()
        assert silent.recv(1) == b""
    assert server.stop() == 0


@pytest.mark.parametrize("model", lab.MODELS)
def test_without_descriptors_accepting_pauses_and_resumes(serve, model):
    """More clients than the process may have sockets: they wait in the kernel, and each is served in the end."""
    server = serve(model, "echo-after", files=64)
    clients = [server.connect() for _ in range(80)]
    for client in clients:
        request = lab.echo_request()
        client.sendall(request)
        assert lab.exactly(client, 36) == request
        client.close()
    eventually(lambda: server.counters()["answers"] == 80, "the last answer is counted, which is after it was sent")
    counters = server.counters()
    assert (counters["pauses"] > 0) == (model != "sequential")  # which has one connection at a time anyway
    assert server.stop() == 0


@pytest.mark.parametrize("model", lab.MODELS)
def test_a_stop_under_load_answers_what_is_in_hand_and_nothing_twice(serve, model):
    """Twenty clients send request after request; in the middle the server is asked to end."""
    server = serve(model, "echo-after:0.002")
    answered = []

    def load():
        try:
            with server.connect() as client:
                while True:
                    request = lab.echo_request()
                    client.sendall(request)
                    answer = lab.exactly(client, 36)
                    if not answer:
                        return
                    answered.append(answer == request)
        except ConnectionError:
            pass  # it was waiting in the kernel when the server ended

    clients = [threading.Thread(target=load) for _ in range(20)]
    for client in clients:
        client.start()
    eventually(lambda: len(answered) > 100, "the load runs")
    assert server.stop() == 0
    for client in clients:
        client.join(lab.GRACE)
        assert not client.is_alive()
    assert all(answered)
    clients_seen, answers, _ = map(int, (word for word in server.said().split() if word.isdigit()))
    assert len(answered) <= answers  # an answer sent may not have arrived; none arrived that was not sent, nor twice
    assert clients_seen <= 20
    with pytest.raises(OSError):
        server.connect()


def test_a_worker_that_is_killed_is_replaced_and_its_request_answered_with_an_error(serve):
    server = serve("process-pipeline:2", "echo-after:1")
    eventually(lambda: len(server.workers()) == 2, "both workers run")
    before = set(server.workers())
    with server.connect() as client:
        client.sendall(lab.echo_request())
        eventually(lambda: server.counters()["busy"] == 1, "a worker has the request")
        for worker in before:
            os.kill(worker, signal.SIGKILL)
        assert lab.exactly(client, 36).startswith(b"error: ")
        eventually(lambda: server.counters()["workersReplaced"] >= 1, "the death is noticed")
        eventually(lambda: all(is_dead(worker) for worker in before), "the one that was idle is dead as well")
        for _ in range(4):  # neither the one that was at work is missed, nor the one that was idle
            request = lab.echo_request()
            client.sendall(request)
            assert lab.exactly(client, 36) == request
    workers = server.workers()
    assert server.stop() == 0
    for worker in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(worker, 0)


def is_dead(process: int) -> bool:
    """Whether it has ended; a signal that was sent may still be on its way."""
    try:
        return ") Z " in Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return True


def test_watch_tells_lines_into_a_pipe_and_objects_on_request(serve, mboard):
    server = serve("prefork:4", "echo-after")
    with server.connect() as client:
        client.sendall(lab.echo_request())
        lab.exactly(client, 36)
        lines = mboard("lab", "watch", "--count", "2", "--interval", "0.05", "--pid", str(server.pid))
        assert lines.code == 0 and len(lines.text.splitlines()) == 2 and "open 1" in lines.text
        (look,) = mboard("lab", "watch", "--count", "1", "--json", "--pid", str(server.pid)).objects
    assert look["model"] == "prefork:4" and look["counters"]["answers"] == 1 and look["processThreads"] >= 5
    server.stop()
    gone = mboard("lab", "watch", "--pid", str(server.pid))
    assert gone.code == 64 and str(server.pid) in gone.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--model", "fork"], "thread-per-connection"),
        (["--model", "prefork:0"], "the number of prefork is from 1 to 1024"),
        (["--model", "tasks:3"], "tasks takes no number"),
        (["--model", "tasks", "--service", "echo-after:-1"], "echo-after"),
        (["--model", "tasks", "--service", "nothing"], "factor"),
        (["--model", "tasks", "--backlog", "0"], "--backlog takes"),
        (["--model", "tasks", "--listen", "nowhere"], "listen"),
    ],
)
def test_wrong_options_get_a_clear_sentence(mboard, options, words):
    refused = mboard("lab", "serve", *options)
    assert refused.code in (64, 69) and words in refused.stderr and not refused.stdout


def test_a_port_in_use_is_told(serve, mboard):
    server = serve("tasks", "hold")
    refused = mboard("lab", "serve", "--model", "tasks", "--listen", "%s:%d" % server.address)
    assert refused.code == 69 and "another program is using that port" in refused.stderr


def test_clients_that_find_nobody_say_how_to_start_a_server(mboard):
    with socket.socket() as bound:  # and does not listen
        bound.bind(("127.0.0.1", 0))
        address = "%s:%d" % bound.getsockname()
        outcome = mboard("lab", "clients", "--server", address, "--scale", "0.02", "--no-log")
    assert outcome.code == 69 and "mboard lab serve" in outcome.stderr and "5 refused" in outcome.text
