"""Damaged files: reported, never served, never silently replaced."""

import os
import sqlite3

import pytest

import wire

CORRUPT, NO_DIRECTORY = 65, 73
BODY = b"a body that nobody else has written"


@pytest.fixture
def stopped(server):
    """A board of twenty messages at rest, whole in its main file, of which number 7 holds BODY."""
    for number in range(1, 21):
        body = BODY if number == 7 else b"message %d" % number
        assert server.udp.ask(wire.publish_with(body, author="anna")) == b"0:%d" % number
    server.stop()
    with sqlite3.connect(server.data / "board.sqlite") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return server


def change_bytes(path, old: bytes, new: bytes) -> None:
    content = path.read_bytes()
    assert content.count(old) == 1 and len(old) == len(new)
    path.write_bytes(content.replace(old, new))


@pytest.mark.parametrize("position", [0, len(BODY) // 2, len(BODY) - 1])
def test_a_flipped_bit_in_a_body_is_reported_and_never_served(stopped, road, position):
    """One bit of one body: that message is `9` with a reason, on every way to it; all the others are as they were."""
    damaged = bytearray(BODY)
    damaged[position] ^= 0x01
    change_bytes(stopped.data / "board.sqlite", BODY, bytes(damaged))
    client = stopped.start().client(road)
    assert client.ask(b"3:7").startswith(b"9:")
    assert client.ask(b"3:7:record").startswith(b"9:")
    for number in (1, 6, 8, 20):
        assert wire.got(client.ask(wire.get(number))).text == b"message %d" % number
    for request in (b"4:0", b"6:0", b"4:14", b"6:14"):
        answer = client.ask(request)
        assert bytes(damaged) not in answer and wire.encoded(bytes(damaged)) not in answer, request
    assert wire.published_id(client.ask(wire.publish_with(b"life goes on"))) == 21


@pytest.mark.parametrize("column", ["time", "port", "body", "attributes", "author"])
def test_every_column_that_is_shown_is_covered(stopped, column):
    """A value that would be good by itself, but is not what was written: damage, not another message."""
    other = {
        "time": "time + 1",
        "port": "port + 1",
        "body": "x'61'",
        "attributes": "CAST('{\"a\":\"b\"}' AS BLOB)",
        "author": "'mallory'",
    }
    with sqlite3.connect(stopped.data / "board.sqlite") as database:
        database.execute(f"UPDATE message SET {column} = {other[column]} WHERE id = 7")
    database.close()
    client = stopped.start().udp
    assert client.ask(b"3:7:record").startswith(b"9:")
    assert client.ask(b"3:6:record").startswith(b"0:")


def test_the_command_says_that_a_message_is_damaged(stopped, mboard):
    """Exit 1 with the reason: not `not found`, and no body on standard output."""
    change_bytes(stopped.data / "board.sqlite", BODY, BODY.upper())
    stopped.start()
    outcome = mboard("get", "--server", stopped.ready["tcp"], "--via", "tcp", "7")
    assert (outcome.code, outcome.stdout) == (1, b"")
    assert "not found" not in outcome.stderr.lower() and outcome.stderr.strip()


@pytest.mark.parametrize(
    "what", ["header overwritten", "first page zeroed", "not a database at all", "emptied", "cut in half"]
)
def test_a_broken_database_is_65_and_left_as_it_is(stopped, what):
    """A clear message with the file's name, exit 65, no ready-file, and not a byte of the evidence changed."""
    path = stopped.data / "board.sqlite"
    content = path.read_bytes()
    broken = {
        "header overwritten": b"\xde\xad\xbe\xef" * 25 + content[100:],
        "first page zeroed": bytes(4096) + content[4096:],
        "not a database at all": b"Dear diary, " * 1000,
        "emptied": b"",
        "cut in half": content[: len(content) // 8192 * 4096],
    }[what]
    path.write_bytes(broken)
    stopped.launch()
    assert stopped.exit_code(within=30) == CORRUPT, stopped.log("stderr")
    assert str(path) in stopped.log("stderr") or str(stopped.data) in stopped.log("stderr")
    assert not stopped.ready_file.exists()
    assert path.read_bytes() == broken


def test_a_lost_database_is_not_silently_replaced(stopped):
    """The directory has acknowledged messages and the file is gone: not a fresh start, but exit 65."""
    (stopped.data / "board.sqlite").unlink()
    stopped.launch()
    assert stopped.exit_code(within=30) == CORRUPT
    assert not (stopped.data / "board.sqlite").exists() or os.path.getsize(stopped.data / "board.sqlite") == 0


def test_a_newer_schema_is_refused(stopped):
    """A directory that a later release has written to is not touched: no ready-file, words about newer."""
    path = stopped.data / "board.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("INSERT INTO grdb_migrations (identifier) VALUES ('99')")
        database.execute("PRAGMA user_version = 99")
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    content = path.read_bytes()
    stopped.launch()
    assert stopped.exit_code() in (CORRUPT, NO_DIRECTORY), stopped.log("stderr")
    assert "newer" in stopped.log("stderr").lower(), stopped.log("stderr")
    assert not stopped.ready_file.exists()
    assert path.read_bytes() == content


def delete(server, identifier: int, *, with_its_trace: bool) -> None:
    with sqlite3.connect(server.data / "board.sqlite") as database:
        database.execute("DELETE FROM message WHERE id = ?", (identifier,))
        if with_its_trace:
            database.execute("DELETE FROM deleted WHERE id = ?", (identifier,))
    database.close()


def test_a_message_that_an_operator_deleted_is_not_found(stopped, road):
    """Deleted with SQL while the server was stopped: `2`, and its neighbours are as they were."""
    delete(stopped, 5, with_its_trace=False)
    client = stopped.start().client(road)
    assert client.ask(b"3:5") == b"2"
    assert [record.id for record in wire.parse_records(client.ask(b"6:0"))] == [n for n in range(1, 21) if n != 5]


def test_a_message_that_vanished_is_damage(stopped, road):
    """Gone without a trace of its deletion: `9`, while an id that was never given is `2`."""
    delete(stopped, 5, with_its_trace=True)
    client = stopped.start().client(road)
    assert client.ask(b"3:5").startswith(b"9:")
    assert wire.got(client.ask(b"3:6")).text == b"message 6"
    assert client.ask(b"3:21") == b"2"
