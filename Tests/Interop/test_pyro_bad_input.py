"""What is wrong on the Pyro road: every refusal of the protocol in its own words, lies about lengths, bombs, floods and random bytes."""

import json
import marshal
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import zlib

import msgpack
import pytest
from Pyro5 import protocol

import remote
from waiting import eventually

HEAD = "!4sHBBHHII16sHH"
CONNECT, CONNECT_OK, CONNECT_FAIL, INVOKE, RESULT, PING = range(1, 7)
SERPENT, MARSHAL, JSON, MSGPACK = range(1, 5)
EXCEPTION, COMPRESSED, ONEWAY, BATCH, KEEP = 1, 2, 4, 8, 0x20
HELLO = b"# serpent utf-8 python3.2\n{'handshake':'hello','object':'mboard.board'}"


def message(kind, payload=b"", serializer=SERPENT, flags=0, sequence=0, version=502, magic=0x4DC5, tag=b"PYRO", length=None, annotations=b"", annotations_length=None):
    return struct.pack(
        HEAD, tag, version, kind, serializer, flags, sequence, len(payload) if length is None else length,
        len(annotations) if annotations_length is None else annotations_length, bytes(16), 0, magic) + annotations + payload


def call(method, *arguments, object="mboard.board", **options):
    return message(INVOKE, f"# serpent utf-8 python3.2\n({object!r},{method!r},{arguments!r},{{}})".encode(), **options)


def address(server):
    host, _, port = server.ready["pyro"].rpartition(":")
    return host, int(port)


def uri(server, name):
    return f"PYRO:{name}@{server.ready['pyro']}"


class Wire:
    """A connection, and the messages that come on it."""

    def __init__(self, server, connected=True):
        self.socket = socket.create_connection(address(server), timeout=20)
        if connected:
            self.send(message(CONNECT, HELLO))
            assert self.receive()[0] == CONNECT_OK

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def exactly(self, count):
        data = b""
        while len(data) < count:
            piece = self.socket.recv(count - len(data))
            if not piece:
                return None
            data += piece
        return data

    def receive(self):
        """Type, serializer, flags, sequence and payload of the next message; None at the end."""
        head = self.exactly(40)
        if head is None:
            return None
        _, _, kind, serializer, flags, sequence, length, extra, _, _, _ = struct.unpack(HEAD, head)
        body = self.exactly(extra + length)
        return kind, serializer, flags, sequence, body[extra:]

    def is_over(self):
        try:
            return self.receive() is None
        except ConnectionResetError:
            return True


@pytest.fixture
def still_serves(server):
    """Whatever a test did, others are served after it."""
    yield
    with remote.proxy(server, "mboard.board") as board:
        number = board.publish("still here")
        assert board.get(number)[3] == "still here"


@pytest.mark.parametrize(("sent", "words"), [
    (message(CONNECT, HELLO, version=501), "invalid protocol version: 501"),
    (message(CONNECT, HELLO, magic=1), "invalid message or protocol version"),
    (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" + bytes(40), "invalid data"),
    (message(INVOKE, b"x"), "invalid msg type 4 received (expected: 1)"),
    (message(PING, b"ping"), "invalid msg type 6 received (expected: 1)"),
], ids=["version", "magic", "http", "invoke first", "ping first"])
def test_a_refusal_before_the_handshake_is_pyros_own_in_marshal(server, still_serves, sent, words):
    with Wire(server, connected=False) as wire:
        wire.send(sent)
        kind, serializer, _, _, payload = wire.receive()
        assert (kind, serializer) == (CONNECT_FAIL, MARSHAL)
        assert marshal.loads(payload) == words
        assert wire.is_over()


@pytest.mark.parametrize("serializer", [SERPENT, JSON, MSGPACK])
def test_an_unknown_object_is_refused_in_the_callers_serializer(server, still_serves, serializer):
    hello = {"handshake": "hello", "object": "nobody"}
    documents = {SERPENT: repr(hello).encode(), JSON: json.dumps(hello).encode(), MSGPACK: msgpack.packb(hello)}
    readers = {SERPENT: lambda data: data.partition(b"\n")[2].strip(b"'").decode(), JSON: json.loads, MSGPACK: msgpack.unpackb}
    with Wire(server, connected=False) as wire:
        wire.send(message(CONNECT, documents[serializer], serializer))
        kind, answered, _, _, payload = wire.receive()
        assert (kind, answered, readers[serializer](payload)) == (CONNECT_FAIL, serializer, "unknown object")
        assert wire.is_over()


@pytest.mark.parametrize("serializer", [0, 5, 42, 255])
def test_an_unknown_serializer_ends_the_connection(server, still_serves, serializer):
    with Wire(server, connected=False) as wire:
        wire.send(message(CONNECT, HELLO, serializer))
        assert wire.is_over()
    with Wire(server) as wire:
        wire.send(call("last", serializer=serializer))
        assert wire.is_over()


def test_marshal_is_refused_with_a_reason(server, still_serves):
    with Wire(server, connected=False) as wire:
        wire.send(message(CONNECT, marshal.dumps({"handshake": "hello", "object": "mboard.board"}), MARSHAL))
        kind, serializer, _, _, payload = wire.receive()
        assert (kind, serializer) == (CONNECT_FAIL, MARSHAL) and "serpent" in marshal.loads(payload)


@pytest.mark.parametrize("payload", [
    b"", b"(", b"('mboard.board',)", b"nonsense", b"{'a':1}", b"(1,2,3,4)", b"('mboard.board','last',7,{})", b"('mboard.board','last',(),7)", b"\xff\xfe", b"\0",
    b"[" * 10_000, b"(" * 10_000 + b")" * 10_000, b"('mboard.board','last',(" + b"[" * 10_000 + b"]" * 10_000 + b",),{})", b"{" * 5_000, b"'" + b"\\" * 10_001,
    b"('mboard.board','last',(" + b"9" * 100_000 + b",),{})", b"1e400", b"-" * 10_000 + b"1",
], ids=range(18))
@pytest.mark.parametrize("serializer", [SERPENT, JSON, MSGPACK])
def test_a_call_that_cannot_be_read_is_an_error_and_the_next_is_answered(server, still_serves, payload, serializer):
    with Wire(server) as wire:
        wire.send(message(INVOKE, payload, serializer, sequence=7))
        kind, answered, flags, sequence, _ = wire.receive()
        assert (kind, answered, sequence) == (RESULT, serializer, 7) and flags & EXCEPTION
        wire.send(call("last", sequence=8))
        kind, _, flags, sequence, _ = wire.receive()
        assert (kind, sequence) == (RESULT, 8) and not flags & EXCEPTION


@pytest.mark.parametrize("sent", [
    message(INVOKE, b"", length=2**31), message(INVOKE, b"", length=2**32 - 1), message(INVOKE, b"", annotations_length=2**32 - 1),
    message(INVOKE, b"x", annotations=b"ABCD" + struct.pack("!I", 1000) + b"x"), message(INVOKE, b"x", annotations=b"ABC"), message(77, b"x"),
    message(INVOKE, b"not zlib", flags=COMPRESSED),
], ids=["2 GiB", "4 GiB", "annotations of 4 GiB", "a chunk over its block", "half a chunk", "a type that is none", "no zlib"])
def test_a_message_that_lies_ends_its_connection_at_once(server, still_serves, sent):
    before = server.resident_mib()
    with Wire(server) as wire:
        wire.send(sent)
        assert wire.is_over()
    assert server.resident_mib() - before < 50


def test_a_bomb_is_not_inflated(server, still_serves):
    bomb = zlib.compress(b"'" + b"x" * 500_000_000 + b"'", 9)
    assert len(bomb) < 1_000_000
    before = server.resident_mib()
    for _ in range(3):
        with Wire(server) as wire:
            wire.send(message(INVOKE, bomb, flags=COMPRESSED))
            assert wire.is_over()
    assert server.resident_mib() - before < 60


def test_blobs_that_need_pythons_marshal_are_refused(server, still_serves):
    with Wire(server) as wire:
        wire.send(call("last", flags=KEEP))
        kind, _, flags, _, payload = wire.receive()
        assert kind == RESULT and flags & EXCEPTION and b"blob" in payload


def test_annotations_that_nobody_knows_are_passed_over(server, still_serves):
    with Wire(server) as wire:
        wire.send(call("last", annotations=b"BLBI" + struct.pack("!I", 3) + b"abc" + b"WHAT" + struct.pack("!I", 0)))
        kind, _, flags, _, _ = wire.receive()
        assert kind == RESULT and not flags & EXCEPTION


def test_calls_that_come_together_are_answered_in_order(server, still_serves):
    with Wire(server) as wire:
        wire.send(b"".join(call("last", sequence=number) for number in range(500)))
        assert [wire.receive()[3] for _ in range(500)] == list(range(500))


def test_a_message_a_byte_at_a_time(server, still_serves):
    with Wire(server, connected=False) as wire:
        wire.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in message(CONNECT, HELLO) + call("last", sequence=3):
            wire.send(bytes([byte]))
        assert wire.receive()[0] == CONNECT_OK and wire.receive()[3] == 3


def test_random_and_mutated_bytes(server, still_serves, seeded):
    valid = [message(CONNECT, HELLO), call("last", 3), call("publish", "x"), call("get", 1), message(PING, b"ping", 42), call("<batch>", [("last", (), {})], flags=BATCH)]
    for _ in range(300):
        data = bytearray(seeded.choice(valid))
        for _ in range(seeded.randrange(1, 8)):
            place = seeded.randrange(len(data) + 1)
            data[place:place + seeded.randrange(3)] = seeded.randbytes(seeded.randrange(4))
        with Wire(server, connected=seeded.random() < 0.7) as wire:
            try:
                wire.send(bytes(data))
                wire.socket.shutdown(socket.SHUT_WR)
                while wire.receive():
                    pass
            except (ConnectionError, struct.error, TypeError):
                pass


def test_many_silent_clients_hold_up_nobody(server, still_serves):
    silent = [Wire(server, connected=number % 2 == 0) for number in range(600)]
    try:
        with remote.proxy(server, "mboard.board") as board:
            assert board.publish("in between") > 0
    finally:
        for wire in silent:
            wire.socket.close()


def test_streams_that_nobody_reads_are_bounded(server, still_serves):
    with remote.proxy(server, "mboard.board") as board:
        streams = []
        with pytest.raises(Exception, match="streams open"):
            for _ in range(10_000):
                streams.append(board.follow(0))
        assert 10 <= len(streams) <= 1_000
        assert board.publish("x") > 0


KILLED = """
import sys, Pyro5.api
board = Pyro5.api.Proxy(sys.argv[1])
streams = [board.follow(0) for _ in range(20)]
chat = Pyro5.api.Proxy(sys.argv[2])
user = Pyro5.api.Proxy(chat.register("ada"))
assert user.whoami() == "ada"
print("ready", flush=True)
next(board.follow(10**9))
"""


def test_a_client_that_is_killed_leaves_nothing_behind(server, still_serves):
    with remote.proxy(server, "mboard.chat") as chat:
        for _ in range(3):
            client = subprocess.Popen([sys.executable, "-c", KILLED, uri(server, "mboard.board"), uri(server, "mboard.chat")], stdout=subprocess.PIPE, text=True)
            assert client.stdout.readline() == "ready\n"
            assert "ada" in list(chat.get_users())
            client.send_signal(signal.SIGKILL)
            client.wait()
            eventually(lambda: "ada" not in list(chat.get_users()), "the name is free again", within=30)
    descriptors = lambda: len(os.listdir(f"/proc/{server.process.pid}/fd"))
    eventually(lambda: descriptors() < 60, "its connections are closed", within=30)


def test_a_slow_call_delays_nobody_else(server, still_serves):
    with Wire(server) as waiting:
        waiting.send(call("follow", 10**9))
        waiting.receive()
        done = threading.Event()

        def others():
            with remote.proxy(server, "mboard.board") as board:
                for _ in range(200):
                    board.last(1)
            done.set()

        threads = [threading.Thread(target=others) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert done.is_set()


def test_pyros_own_reader_takes_what_we_send(server):
    with Wire(server, connected=False) as wire:
        wire.send(message(CONNECT, HELLO, sequence=9))
        head = wire.exactly(40)
        found = protocol.ReceivingMessage(head)
        found.add_payload(wire.exactly(found.data_size + found.annotations_size))
        assert (found.type, found.seq) == (protocol.MSG_CONNECTOK, 9)
