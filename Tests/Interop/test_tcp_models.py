"""The TCP road under every server model keeps the road's protocol: the tests of its own way of serving, run again."""

import socket
import threading

import pytest

import wire
from test_extended_requests import *  # noqa: F403: the same tests, on the servers of this file
from test_requests import *  # noqa: F403

MODELS = [
    "sequential", "thread-per-connection", "prefork:4", "thread-per-request", "pipeline:4", "managers", "event-loop:2",
    "tasks",
]  # fmt: skip


@pytest.fixture(params=MODELS)
def server(make_server, request):
    """A server whose TCP road is a model's."""
    return make_server("--tcp-model", request.param).start()


@pytest.fixture
def road():
    """These tests are about the TCP road."""
    return "tcp"


def test_ten_clients_at_a_time_are_all_served_once(server):
    """Each publishes ten messages; all hundred are there, each once."""

    def publish(client):
        for number in range(10):
            assert server.tcp.ask(b"1:%d of %d" % (number, client)) == b"0"

    clients = [threading.Thread(target=publish, args=[number]) for number in range(10)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    records = wire.parse_records(server.tcp.ask(b"6:0"))
    assert sorted(record.body for record in records) == sorted(
        b"%d of %d" % (number, client) for client in range(10) for number in range(10)
    )


def test_half_a_request_is_never_published(server):
    """The server stops while a client is in the middle of a message: what has come is not taken for a whole one."""
    with socket.create_connection(server.address("tcp")) as connection:
        connection.sendall(b"1:half of a mess")
        server.udp.ask(b"1:whole")
        server.stop()
        assert connection.recv(100) == b""
    server.start()
    assert [record.body for record in wire.parse_records(server.udp.ask(b"6:0"))] == [b"whole"]


def test_one_client_serves_one_and_the_other_roads_go_on(make_server):
    """The model of figure 4.3 is over when its client has gone; the server is not."""
    server = make_server("--tcp-model", "one-client").start()
    assert server.tcp.ask(b"1:only me") == b"0"
    with pytest.raises(OSError):
        server.tcp.ask(b"1:me too")
    assert server.udp.ask(b"1:me too") == b"0"


def test_a_model_that_cannot_serve_a_board_is_refused(make_server, mboard):
    """Its handlers would live in processes that have no board."""
    refused = mboard("serve", "--tcp-model", "process-pipeline:2", "--data", "unused")
    assert refused.code == 64 and "process-pipeline cannot serve this" in refused.stderr
    refused = mboard("serve", "--tcp-model", "fork", "--data", "unused")
    assert refused.code == 64 and "thread-per-connection" in refused.stderr
