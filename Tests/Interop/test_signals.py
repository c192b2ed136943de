"""SIGTERM and SIGINT: stop accepting, finish what is in hand, exit 0; a second signal ends it at once."""

import contextlib
import signal
import socket
import threading

import pytest

import roads
import wire
from kernel import has_read_everything
from waiting import eventually

SIGNALS = [signal.SIGTERM, signal.SIGINT]


def refuses_connections(address: roads.Address) -> bool:
    try:
        roads.connect(address).close()
        return False
    except ConnectionRefusedError:
        return True


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_an_idle_server_ends_with_0(server, number):
    """Nothing in hand: exit 0, and the ports are free again."""
    address = server.address("tcp")
    server.signal(number)
    assert server.exit_code() == 0
    assert refuses_connections(address)


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_request_in_hand_is_finished(server, number):
    """A publisher in the middle of its request when the signal comes: no new connection is taken, but this one is
    answered, and what it was told is true after the restart."""
    address = server.address("tcp")
    connection = roads.connect(address)
    connection.sendall(b"7:::::in hand when ")
    eventually(lambda: has_read_everything(address[1]), "the server has the first half")
    server.signal(number)
    eventually(lambda: refuses_connections(address), "no new connections are accepted")
    connection.sendall(b"the signal came")
    connection.shutdown(socket.SHUT_WR)
    assert roads.read_to_end(connection) == b"0:1"
    connection.close()
    assert server.exit_code() == 0
    server.start()
    assert wire.got(server.tcp.ask(b"3:1")).text == b"in hand when the signal came"


def test_a_big_answer_in_hand_is_finished(server):
    """A reader in the middle of 32 MiB gets the rest."""
    for _ in range(4):
        server.tcp.ask(wire.publish(b"b" * (8 << 20)))
    whole = server.tcp.ask(b"4:0")
    connection = roads.connect(server.address("tcp"))
    connection.sendall(b"4:0")
    connection.shutdown(socket.SHUT_WR)
    first = connection.recv(1000)
    server.signal(signal.SIGTERM)
    assert first + roads.read_to_end(connection) == whole
    connection.close()
    assert server.exit_code() == 0


def test_publishing_through_a_stop_loses_nothing_that_was_acknowledged(server):
    """Clients on both roads publish while the signal comes: each acknowledged message is there afterwards."""
    acknowledged: list[tuple[int, bytes]] = []
    clients = [server.client(road) for road in ("udp", "tcp") * 4]
    server.open_clients.clear()

    def write(place: int) -> None:
        if clients[place].name == "udp":
            clients[place].socket.settimeout(1)
        for number in range(100_000):
            body = b"%d-%d" % (place, number)
            try:
                answer = clients[place].ask(wire.publish_with(body))
            except OSError:
                return
            if not answer.startswith(b"0:"):
                assert answer[:1] in (b"", b"9"), answer
                return
            acknowledged.append((wire.published_id(answer), body))

    threads = [threading.Thread(target=write, args=(place,)) for place in range(len(clients))]
    for thread in threads:
        thread.start()
    eventually(lambda: len(acknowledged) > 200, "200 messages are acknowledged")
    server.process.send_signal(signal.SIGTERM)
    assert server.exit_code() == 0
    for thread in threads:
        thread.join()
    for client in clients:
        client.close()
    server.start()
    stored = {record.id: record.body for record in wire.parse_records(server.tcp.ask(b"6:0"))}
    assert {identifier: stored.get(identifier) for identifier, _ in acknowledged} == dict(acknowledged)


def test_peers_that_never_finish_do_not_keep_the_server(server):
    """Half a request and then silence, 20 times: the contract's 10 seconds end it, with 0, and nothing is published."""
    address = server.address("tcp")
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(roads.connect(address)).sendall(b"1:never fin")
        eventually(lambda: has_read_everything(address[1], connections=20), "the server has the first halves")
        server.signal(signal.SIGTERM)
        assert server.exit_code(within=12) == 0
    assert server.start().udp.ask(b"2:0") == b"0", "half a message is no message"


def test_a_second_signal_ends_it_while_a_peer_holds_it_up(server):
    """The first signal waits for the peer in hand, the second does not; what was acknowledged is safe."""
    assert server.udp.ask(b"1:safe") == b"0"
    address = server.address("tcp")
    connection = roads.connect(address)
    connection.sendall(b"1:never fin")
    eventually(lambda: has_read_everything(address[1]), "the server has the first half")
    server.signal(signal.SIGTERM)
    eventually(lambda: refuses_connections(address), "the first signal has arrived")
    assert server.is_running(), "it waits for the one in hand"
    server.signal(signal.SIGTERM)
    server.exit_code(within=4)
    connection.close()
    assert server.start().udp.ask(b"2:0") == b"0:1"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
@pytest.mark.parametrize("moment", ["lock", "board.sqlite", "board.sqlite-wal", "server-id"])
def test_an_end_during_the_very_first_start_leaves_a_directory_that_starts(make_server, moment, number):
    """The server ends as soon as a file of its new directory appears: the next start takes that directory."""
    for _ in range(8):
        server = make_server()
        process = server.launch()
        eventually((server.data / moment).exists, f"{moment} is there")
        process.send_signal(number)
        server.exit_code(within=12)
        server.ready_file.unlink(missing_ok=True)
        assert server.start().udp.ask(b"2:0") == b"0"
        server.kill()
