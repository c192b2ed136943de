"""kill -9 and restart: what was acknowledged is there, once, with its id, its time and its body."""

import sqlite3
import threading
import time

import pytest

import wire

WRITERS = 8
ROUNDS = 4
ENOUGH_PER_ROUND = 400


class Writer(threading.Thread):
    """Publishes one message after the other on one road until the server is gone.

    Every message has a request id and a body of its own. What was acknowledged is kept with its id; the last one,
    whose answer never came, is kept as unknown.
    """

    def __init__(self, server, road: str, name: str):
        super().__init__(name=name, daemon=True)
        self.client = server.client(road)
        if road == "udp":
            self.client.socket.settimeout(1)  # a killed server may leave its last datagram without any reply
        self.acknowledged: dict[int, bytes] = {}
        self.records: dict[int, bytes] = {}
        self.unknown: tuple[str, bytes] | None = None
        self.wrong: list[bytes] = []

    def run(self) -> None:
        number = 0
        while not self.wrong:
            request, body = f"{self.name}-{number}", f"{self.name} wrote {number} ".encode() * (1 + number % 20)
            self.unknown = (request, body)
            try:
                answer = self.client.ask(wire.publish_with(body, author=self.name, request=request))
                if answer == b"":
                    return
                if not answer.startswith(b"0:"):
                    self.wrong.append(answer)
                    return
                identifier = wire.published_id(answer)
                self.acknowledged[identifier] = body
                self.unknown = None
                if number % 10 == 0 and (record := self.client.ask(wire.record(identifier))):
                    self.records[identifier] = record
            except OSError:
                return
            number += 1


def write_until_killed(server, prefix: str) -> list[Writer]:
    """Lets writers on both roads work, kills the server once enough is acknowledged, and waits for the writers."""
    writers = [Writer(server, ("udp", "tcp")[n % 2], f"{prefix}-{n}") for n in range(WRITERS)]
    for writer in writers:
        writer.start()
    deadline = time.monotonic() + 30
    while sum(len(writer.acknowledged) for writer in writers) < ENOUGH_PER_ROUND:
        assert time.monotonic() < deadline, "the writers got nowhere"
        assert all(writer.is_alive() for writer in writers), [writer.wrong for writer in writers]
        time.sleep(0.001)
    server.kill()
    for writer in writers:
        writer.join()
    assert not any(writer.wrong for writer in writers), [writer.wrong for writer in writers]
    assert all(writer.acknowledged for writer in writers), "both roads were written on"
    return writers


def test_kill_9_while_many_publish_on_both_roads(server):
    """Four crashes on one board: no acknowledged message lost, doubled or changed, and ids only go up."""
    expected: dict[int, bytes] = {}
    for crash in range(ROUNDS):
        highest_before = max(expected, default=0)
        writers = write_until_killed(server, f"crash{crash}")
        server.start()
        stored = {record.id: record for record in wire.parse_records(server.tcp.ask(b"6:0"))}
        for writer in writers:
            expected |= writer.acknowledged
            assert min(writer.acknowledged) > highest_before
            for identifier, answer in writer.records.items():
                assert server.tcp.ask(wire.record(identifier)) == answer, "time, origin and everything else"
        for identifier, body in expected.items():
            assert identifier in stored, f"acknowledged message {identifier} is lost"
            assert stored[identifier].body == body
        bodies = [record.body for record in stored.values()]
        assert len(bodies) == len(set(bodies)), "a message is there twice"
        retry_unknown(server, writers, expected, stored)


def retry_unknown(server, writers, expected: dict[int, bytes], stored: dict) -> None:
    """Requests whose answer never came are sent again: one message each, whether the first try was stored or not."""
    by_body = {record.body: record.id for record in stored.values()}
    for writer in writers:
        if writer.unknown is None:
            continue
        request, body = writer.unknown
        answer = server.tcp.ask(wire.publish_with(body, author=writer.name, request=request))
        identifier = wire.published_id(answer)
        assert identifier == by_body.get(body, identifier), "published twice under two ids"
        assert identifier in stored or identifier > max(stored)
        expected[identifier] = body


def test_a_stop_and_a_start_change_nothing(server, road):
    """After a clean stop every answer is what it was."""
    client = server.client(road)
    for number in range(20):
        client.ask(wire.publish_with(b"%d" % number, f"board-{number % 2}", "anna", "", {"n": str(number)}))
        client.ask(b"1:%d" % number)
    requests = [b"2:0", b"4:0", b"6:0", b"6:0:board-0", b"6:0:board-1"] + [b"3:%d:record" % n for n in range(1, 42)]
    before = [client.ask(request) for request in requests]
    server.restart()
    client = server.client(road)
    assert [client.ask(request) for request in requests] == before


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_ids_go_on_after_a_restart(server, end):
    """No id is given twice, whichever way the server ended."""
    first = [wire.published_id(server.udp.ask(b"7:::::")) for _ in range(10)]
    getattr(server, end)()
    server.start()
    assert wire.published_id(server.udp.ask(b"7:::::")) > max(first)


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_the_id_of_a_deleted_newest_message_is_not_used_again(server, end):
    """An operator removes the newest messages from the database: their ids stay used."""
    first = [wire.published_id(server.udp.ask(b"7:::::")) for _ in range(10)]
    getattr(server, end)()
    with sqlite3.connect(server.data / "board.sqlite") as database:
        database.execute("DELETE FROM message WHERE id > 7")
    database.close()
    server.start()
    assert wire.published_id(server.udp.ask(b"7:::::")) > max(first)
    assert [server.udp.ask(wire.get(identifier))[:1] for identifier in (7, 8, 9, 10, 11)] != [b"0"] * 5
