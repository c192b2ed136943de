"""`mboard bench call`: it calls what it says, as often as it says, and tells a failed call from an answered one."""

import threading

import Pyro5.api
import pytest

import wire

COUNT = 300
FAILED, UNREACHABLE, USAGE = 1, 69, 64


@pytest.fixture
def uri(server):
    return f"PYRO:mboard.board@{server.ready['pyro']}"


def call(mboard, uri, *options, code=0):
    outcome = mboard("bench", "call", "--uri", uri, "--count", str(COUNT), *options, "--json", within=60)
    assert outcome.code == code, outcome.stderr
    return outcome


@pytest.mark.parametrize("serializer", ["serpent", "json", "msgpack"])
def test_every_call_is_made_once(mboard, server, uri, serializer):
    """300 messages of 64 bytes are published, on ten connections."""
    outcome = call(mboard, uri, "--method", "publish", "--inflight", "10", "--size", "64", "--serializer", serializer)
    (report,) = outcome.objects
    assert (report["operation"], report["method"], report["serializer"]) == ("call", "publish", serializer)
    assert (report["count"], report["inflight"], report["size"], report["errors"]) == (COUNT, 10, 64, 0)
    bodies = [record.body for record in wire.parse_records(server.tcp.ask(b"6:0"))]
    assert bodies == [b"x" * 64] * COUNT


def test_pyro5_is_called_as_well(mboard):
    """An object of Python's own daemon is given the argument that was asked for."""
    given = []

    @Pyro5.api.expose
    class Listener:
        def hear(self, text):
            given.append(text)

    with Pyro5.api.Daemon(host="127.0.0.1", port=0) as daemon:
        uri = daemon.register(Listener(), "listener")
        thread = threading.Thread(target=daemon.requestLoop)
        thread.start()
        try:
            call(mboard, str(uri), "--method", "hear", "--argument", "it's", "--inflight", "3")
        finally:
            daemon.shutdown()
            thread.join()
    assert given == ["it's"] * COUNT


def test_an_exception_is_a_failed_call(mboard, uri):
    """Every call of a method that there is not fails, and the first failure is told."""
    outcome = call(mboard, uri, "--method", "nosuch", "--inflight", "4", code=FAILED)
    (report,) = outcome.objects
    assert report["errors"] == COUNT
    assert "AttributeError" in outcome.stderr


def test_nobody_there_and_nothing_of_that_name(mboard, server, uri):
    """Neither is a result of zero."""
    outcome = call(mboard, uri.replace("mboard.board", "nobody"), code=UNREACHABLE)
    assert "unknown object" in outcome.stderr and outcome.stdout == b""
    server.stop()
    assert call(mboard, uri, code=UNREACHABLE).stdout == b""


@pytest.mark.parametrize("options", [
    ("--uri", "board"), ("--uri", "PYRONAME:board@127.0.0.1:1"), ("--uri", "PYRO:a@127.0.0.1:1", "--serializer", "marshal"),
    ("--uri", "PYRO:a@127.0.0.1:1", "--inflight", "0")])
def test_what_is_no_load_is_said(mboard, options):
    outcome = mboard("bench", "call", *options)
    assert outcome.code == USAGE and "takes" in outcome.stderr
