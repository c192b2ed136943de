"""A disk that fails: full is an answer and passes, a failed sync ends the server before it says anything untrue."""

import os
from pathlib import Path

import pytest

import wire

DISK_FAILED = 74


@pytest.fixture(scope="session")
def fault_library(compiled) -> Path:
    return compiled("faults.c", "-shared", "-fPIC")


class Disk:
    """The disk under a server, healthy until told otherwise."""

    def __init__(self, state: Path):
        self.state = state
        self.heal()

    def fail(self, word: str) -> None:
        replacement = self.state.with_suffix(".new")
        replacement.write_text(word)
        os.replace(replacement, self.state)

    def heal(self) -> None:
        self.fail("healthy")


@pytest.fixture
def disk(tmp_path) -> Disk:
    return Disk(tmp_path / "disk")


@pytest.fixture
def on_disk(make_server, disk, fault_library):
    """A started server whose database files lie on the test's disk."""
    return make_server(environment={"LD_PRELOAD": str(fault_library), "FAULT_FILE": str(disk.state)}).start()


def publish(client, body: bytes) -> bytes:
    return client.ask(wire.publish_with(body))


def test_a_full_disk_fails_the_publish_and_nothing_else(on_disk, disk, road):
    """`9` while there is no room, reading goes on, and publishing works again without a restart."""
    client = on_disk.client(road)
    assert publish(client, b"before").startswith(b"0:")
    disk.fail("full")
    for _ in range(5):
        assert publish(client, b"no room").startswith(b"9")
    assert [record.body for record in wire.parse_records(client.ask(b"6:0"))] == [b"before"]
    assert client.ask(b"3:2") == b"2", "what failed was rolled back"
    disk.heal()
    identifier = wire.published_id(publish(client, b"after"))
    assert wire.got(client.ask(wire.get(identifier))).text == b"after"

    on_disk.restart()
    bodies = [record.body for record in wire.parse_records(on_disk.tcp.ask(b"6:0"))]
    assert bodies == [b"before", b"after"], "and so it is on disk"


def test_a_full_disk_and_then_kill_9(on_disk, disk):
    """A failed commit leaves nothing half-written that a restart would bring up."""
    publish(on_disk.udp, b"before")
    disk.fail("full")
    assert publish(on_disk.udp, b"no room" * 5000).startswith(b"9")
    on_disk.kill()
    disk.heal()
    on_disk.start()
    assert [record.body for record in wire.parse_records(on_disk.tcp.ask(b"6:0"))] == [b"before"]


def test_a_failed_sync_is_never_acknowledged_and_ends_the_server_with_74(on_disk, disk, road):
    """After a failed sync nothing can be promised any more: no `0`, exit 74, and the log says what failed."""
    client = on_disk.client(road)
    assert publish(client, b"before").startswith(b"0:")
    if road == "udp":
        client.socket.settimeout(1)  # the server may end without an answer
    disk.fail("sync")
    try:
        answer = publish(client, b"unknown")
    except OSError:
        answer = b""
    assert not answer.startswith(b"0"), answer
    assert on_disk.exit_code() == DISK_FAILED
    assert "sync" in on_disk.log("stderr").lower()


def test_after_a_failed_sync_and_a_restart_all_acknowledged_messages_are_there(on_disk, disk):
    """The unacknowledged one may be there or not, and sending it again makes it one message."""
    for number in range(20):
        assert on_disk.udp.ask(wire.publish_with(b"%d" % number, request=f"r{number}")) == b"0:%d" % (number + 1)
    disk.fail("sync")
    unknown = wire.publish_with(b"unknown", author="anna", request="unknown")
    try:
        assert not on_disk.tcp.ask(unknown).startswith(b"0")
    except OSError:
        pass
    on_disk.exit_code()
    disk.heal()
    on_disk.start()
    assert on_disk.tcp.ask(unknown).startswith(b"0:")
    bodies = [record.body for record in wire.parse_records(on_disk.tcp.ask(b"6:0"))]
    assert bodies == [b"%d" % number for number in range(20)] + [b"unknown"]
