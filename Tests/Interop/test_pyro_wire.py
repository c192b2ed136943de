"""Values and messages that Pyro5, serpent and msgpack write, read and written again by PyroWire, and read by them once more.

`PyroDump` answers line by line; `WIRE_DUMP=<path>` names another one.
"""

import array
import ast
import base64
import collections
import datetime
import decimal
import enum
import json
import marshal
import math
import os
import random
import struct
import subprocess
import sys
import uuid
import zlib
from pathlib import Path

import msgpack
import pytest
import serpent
from Pyro5 import config, core, errors, protocol
from Pyro5.callcontext import current_context
from Pyro5.client import Proxy
from Pyro5.serializers import serializers

ROOT = Path(__file__).resolve().parents[2]
NAMES = ["serpent", "json", "msgpack"]


class Dump:
    """The program in Swift, a line in and a line out."""

    def __init__(self, path: Path):
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, command: str, data: bytes) -> bytes:
        """The answer; it fails with a `ValueError` that has the program's words."""
        self.process.stdin.write(f"{command} {base64.b64encode(data).decode()}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().removesuffix("\n")
        if answer.startswith("error: "):
            raise ValueError(answer)
        return base64.b64decode(answer, validate=True)


@pytest.fixture(scope="module")
def dump():
    path = Path(os.environ.get("WIRE_DUMP", ROOT / ".build/release/PyroDump"))
    if not path.exists():
        pytest.exit(f"{path}: no such binary; run `swift build -c release` first or set WIRE_DUMP", returncode=2)
    dump = Dump(path)
    yield dump
    dump.process.stdin.close()
    assert dump.process.wait(timeout=10) == 0


@pytest.fixture(params=[False, True], ids=["base64", "b''"])
def bytes_repr(request, monkeypatch):
    """Both ways in which serpent writes bytes."""
    monkeypatch.setattr(config, "SERPENT_BYTES_REPR", request.param)


def same(left, right) -> bool:
    """Equal in value, type and order; not-a-number equals itself."""
    if type(left) is not type(right):
        return False
    if isinstance(left, float):
        return struct.pack("d", left) == struct.pack("d", right) or math.isnan(left) and math.isnan(right)
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return len(left) == len(right) and all(
            same(key, other) and same(value, right[other]) for (key, value), other in zip(left.items(), right)
        )
    return left == right


# Values.


class Colour(enum.Enum):
    RED = "red"


NASTY = [
    None, True, False, 0, -1, 2**63 - 1, -(2**63), 2**63, 2**64 - 1, 2**64, -(2**63) - 1, 2**1000, -(10**4299), 10**18, 10**19,
    0.0, -0.0, 1.5, 1e16, 1e15, 123456789012345680.0, 1e-7, 1e-5, 1e22, 5e-324, 1.7976931348623157e308, 0.1, 1 / 3, math.inf, -math.inf, math.nan,
    "", "it's", '"', "'\"", "\\", "\\n", "\n\r\t\b\f\v\a\x00\x1f\x7f", "\x80\x85\xa0\xad", "ä漢🎈", "\u200b\u2028\u2029\ufeff\uffff", "\U0010ffff",
    "e\u0301", "#", "{}[]()", "# serpent", "b'x'", "a" * 10_000, "ä" * 5_000, "'" * 100, "\n" * 100,
    b"", b"\x00\xff", bytes(range(256)), b"'\"\\", b"a" * 300, b"x" * 70_000, bytearray(b"ab"), memoryview(b"cd"),
    (), (1,), (1, 2), ((),), [], [1], [[]], [()], list(range(20)), list(range(70_000)), {}, {"a": 1}, {"a": {"b": {"c": []}}}, {f"k{i}": i for i in range(20)},
    set(), {1}, {"a", "b"}, frozenset({1, 2}), {(1, (2, 3))}, {True: 1}, {1.5: 2}, {(1, 2): 3}, {b"x": 1}, {-1: 1}, {None: 1}, {math.inf: 1},
    1 + 2j, -1.5 - 2j, 1j, -1j, complex(math.inf, -math.inf), complex(0.0, 1e300), complex(1, -1e-300),
    datetime.datetime(2024, 1, 2, 3, 4, 5, 6), datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone.utc), datetime.date(2024, 2, 29), datetime.date(1, 1, 1),
    datetime.date(9999, 12, 31), datetime.datetime(1969, 12, 31, 23, 59, 59, 999999), datetime.time(1, 2, 3), datetime.timedelta(days=1, microseconds=1), decimal.Decimal("1.10"),
    uuid.UUID(int=5), array.array("i", [1, 2]), collections.deque([1]), collections.OrderedDict(a=1), Colour.RED,
    ValueError("bad value", 42), KeyError("x"), errors.NamingError("unknown name: x"), core.URI("PYRO:obj@127.0.0.1:5000"), core.URI("PYRO:obj@[::1]:5000"),
    core.URI("PYRONAME:x"), core.URI("PYRO:obj@./u:/tmp/s"), core._ExceptionWrapper(ValueError("x")), Proxy("PYRO:obj@127.0.0.1:5000"),
]  # fmt: skip


def shown(value) -> str:
    text = type(value).__name__ + ("" if isinstance(value, (core.URI, core._ExceptionWrapper, Proxy)) else f" {value!r}")
    return text.encode("unicode_escape").decode()[:40]


def literal(name: str, data: bytes):
    """The document as values of Python without Pyro5's classes; sets become what is written for them."""
    if name == "serpent":
        return serpent.loads(data)
    if name == "json":
        return json.loads(data)
    return msgpack.unpackb(data, raw=False, ext_hook=extension, strict_map_key=False)


def extension(code: int, data: bytes):
    """As Pyro5 reads it, but for dates: they are text after us, as in every other serializer."""
    if code == 0x30:
        return complex(*struct.unpack("dd", data))
    if code == 0x31:
        return int(data)
    if code == 0x32:
        return datetime.datetime.fromtimestamp(struct.unpack("d", data)[0], datetime.timezone.utc).isoformat()
    return datetime.date.fromordinal(struct.unpack("l", data)[0]).isoformat()


def restored(name: str, value):
    """A document's value as it has to come back from us (section 11 of the protocol)."""
    if isinstance(value, (set, frozenset)):
        return value if value else ()
    if isinstance(value, (list, tuple)):
        return type(value)(restored(name, item) for item in value)
    if isinstance(value, dict):
        return {key: restored(name, item) for key, item in value.items()}
    return value


def comes_back(dump: Dump, name: str, data: bytes) -> None:
    try:
        literal(name, data)
    except TypeError:  # bytes as a key: serpent writes a dict, which Python cannot hash
        with pytest.raises(ValueError, match="as a key"):
            dump.ask(name, data)
        return
    answer = dump.ask(name, data)
    assert same(literal(name, answer), restored(name, literal(name, data))), (data[:200], answer[:200])


def is_written(name: str, value) -> bool:
    """Whether Pyro5 itself can write it: json has no bytes, msgpack no times, and so on."""
    try:
        serializers[name].dumps(value)
    except Exception:
        return False
    return True


WRITTEN = [(name, value) for name in NAMES for value in NASTY if is_written(name, value)]


def test_pyro5_writes_nearly_everything():
    assert len(WRITTEN) > 0.9 * len(NAMES) * len(NASTY)


@pytest.mark.parametrize("name, value", WRITTEN, ids=shown)
def test_what_python_writes_comes_back(dump, bytes_repr, name, value):
    """Whatever the serializer takes at all, but half a character, is read, written and the same to Python."""
    data = serializers[name].dumps(value)
    if name == "msgpack" and isinstance(value, dict) and not all(isinstance(key, (str, bytes)) for key in value):
        with pytest.raises(ValueError, match="as a key"):
            dump.ask(name, data)
        with pytest.raises(ValueError):
            serializers[name].loads(data)
        return
    comes_back(dump, name, data)


@pytest.mark.parametrize("name", NAMES)
def test_random_values_come_back(dump, bytes_repr, seeded, name):
    for _ in range(1500):
        value = random_value(seeded, 4)
        try:
            data = serializers[name].dumps(value)
        except Exception:
            continue
        if name == "msgpack" and other_keys(value):
            continue
        comes_back(dump, name, data)


def test_the_indented_form_comes_back(dump, seeded):
    for _ in range(300):
        comes_back(dump, "serpent", serpent.dumps(random_value(seeded, 4), indent=True, module_in_classname=True))


def other_keys(value) -> bool:
    if isinstance(value, dict):
        return any(not isinstance(key, (str, bytes)) or other_keys(item) for key, item in value.items())
    return isinstance(value, (list, tuple)) and any(map(other_keys, value))


def random_text(seeded: random.Random) -> str:
    alphabet = "abc'\"\\\n\r\t\x00\x7f{}#äé\u0301漢🎈\x85\u200b\u2028\ufeff"
    return "".join(seeded.choice(alphabet) for _ in range(seeded.randrange(12)))


def random_float(seeded: random.Random) -> float:
    return struct.unpack("d", seeded.randbytes(8))[0] if seeded.random() < 0.7 else float(seeded.randrange(10**18))


def random_key(seeded: random.Random):
    return seeded.choice(
        [lambda: random_text(seeded)] * 4
        + [lambda: seeded.randrange(-(2**70), 2**70), lambda: (random_text(seeded), 1), lambda: seeded.randbytes(3)]
    )()


def random_value(seeded: random.Random, depth: int):
    """A value of the types that every serializer has in some form."""
    kinds = [
        lambda: None,
        lambda: seeded.random() < 0.5,
        lambda: seeded.randrange(-(2 ** seeded.randrange(1, 200)), 2 ** seeded.randrange(1, 200)),
        lambda: random_float(seeded),
        lambda: random_text(seeded),
        lambda: seeded.randbytes(seeded.randrange(20)),
        lambda: complex(seeded.random(), seeded.random() - 0.5),
    ]
    if depth:
        kinds += [
            lambda: [random_value(seeded, depth - 1) for _ in range(seeded.randrange(5))],
            lambda: tuple(random_value(seeded, depth - 1) for _ in range(seeded.randrange(5))),
            lambda: {random_key(seeded): random_value(seeded, depth - 1) for _ in range(seeded.randrange(5))},
            lambda: {random_key(seeded) for _ in range(seeded.randrange(5))},
        ]
    return seeded.choice(kinds)()


def test_every_literal_of_python_is_read(dump, seeded):
    """Python's own reader and ours agree on what random pieces of literals are, where Python takes them."""
    pieces = (
        "'a' \"b\" 'c\\x41\\101\\n' b'd' b\"\\xff\" r'\\n' u'e' '''f''' 0 1 -2 +3 0x1F 0b11 0o17 1_000 1.5 1e3 .5 5. 1j 2.5J 1e30000"
        " None True False set() () [] {} ( ) [ ] { } , , , , : + - \n # \\\n \t 'ä' 00 01 1__0 2+3j"
    ).split(" ")
    agreed = 0
    for _ in range(20_000):
        text = "".join(seeded.choice(pieces) for _ in range(seeded.randrange(1, 7)))
        if seeded.random() < 0.7:
            text = seeded.choice(["[%s]", "(%s)", "{%s}", "[%s,]", "{'k':%s}"]) % text
        try:
            value = serpent.loads(text.encode())
        except Exception:
            continue
        if "..." in text or value is Ellipsis or is_signed_bracket(text):
            continue
        comes_back(dump, "serpent", text.encode())
        agreed += 1
    assert agreed > 1000


def is_signed_bracket(text: str) -> bool:
    """`-(1)` and `(1)+(2j)`, which are numbers to Python: nobody writes them."""
    return any(
        isinstance(node, (ast.UnaryOp, ast.BinOp)) and "(" in (ast.get_source_segment(text.lstrip(" \t"), node) or "(")
        for node in ast.walk(ast.parse(text.lstrip(" \t"), mode="eval"))
    ) or "nan" in text


@pytest.mark.parametrize("name", NAMES)
def test_nesting_ends_where_python_ends(dump, name):
    """200 levels go both ways; what is deeper is refused."""
    for levels in (199, 200, 201, 10_000):
        data = b"\x91" * levels + b"\x01" if name == "msgpack" else b"[" * levels + b"1" + b"]" * levels
        if levels <= 200:
            assert literal(name, dump.ask(name, data)) == literal(name, data)
        else:
            with pytest.raises(ValueError, match="more than 200 containers in one another"):
                dump.ask(name, data)
    with pytest.raises(SyntaxError):
        serpent.loads(b"[" * 201 + b"]" * 201)


def test_half_a_character_is_refused_as_one(dump):
    """Python has such texts, from names of files for example; json and msgpack cannot write them in Python either."""
    with pytest.raises(ValueError, match="U\\+D800, which is no character"):
        dump.ask("serpent", serpent.dumps("a\ud800"))
    with pytest.raises(ValueError, match="U\\+D800, which is half a character"):
        dump.ask("json", json.dumps("a\ud800").encode())


def test_an_unknown_extension_is_refused(dump):
    with pytest.raises(ValueError, match="extension 0x34"):
        dump.ask("msgpack", b"\xd4\x34\x00")


@pytest.mark.parametrize("value", [1 + 2j, 2**70, datetime.date(2024, 2, 29), [1, 2**64, "x"], {"a": 1j}])
def test_extensions_are_what_pyro5_reads(dump, value):
    """Our extensions are read by Pyro5's own hook; a date has become text."""
    answer = serializers["msgpack"].loads(dump.ask("msgpack", serializers["msgpack"].dumps(value)))
    assert answer == (value.isoformat() if isinstance(value, datetime.date) else value)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "value",
    [ValueError("bad value", 42), errors.NamingError("x"), core.URI("PYRO:obj@127.0.0.1:5000"), Proxy("PYRO:obj@127.0.0.1:5000")],
    ids=shown,
)
def test_pyro5_makes_its_objects_of_what_comes_back(dump, name, value):
    again = serializers[name].loads(dump.ask(name, serializers[name].dumps(value)))
    assert type(again) is type(value)
    if isinstance(value, Proxy):
        assert again.__getstate__() == value.__getstate__()
    elif isinstance(value, core.URI):
        assert again == value
    else:
        assert again.args == value.args


# Calls.


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("keywords", [{}, {"tag": 3, "ä": [None]}])
def test_calls_come_back(dump, name, keywords):
    call = ("board", "publish", ("hi", 1, [2.5]), keywords)
    got = serializers[name].loadsCall(dump.ask("call-" + name, serializers[name].dumpsCall(*call)))
    assert (got[0], got[1], tuple(got[2]), got[3]) == call


@pytest.mark.parametrize("name", NAMES)
def test_calls_without_keywords_come_back(dump, name):
    data = serializers[name].dumpsCall("a", "<batch>", [("m", (1,), {})], None)
    got = serializers[name].loadsCall(dump.ask("call-" + name, data))
    assert (got[0], got[1], got[3]) == ("a", "<batch>", {}) and got[2][0][0] == "m"


# Messages.


def received(data: bytes) -> protocol.ReceivingMessage:
    """The message as Pyro5 reads it."""
    protocol.ReceivingMessage.validate(data)
    return protocol.ReceivingMessage(data[:40], data[40:])


@pytest.mark.parametrize("command", ["message", "compress"])
@pytest.mark.parametrize("compression", [False, True])
@pytest.mark.parametrize("correlation", [None, uuid.UUID(int=2**127 + 5)])
@pytest.mark.parametrize("annotations", [{}, {"STRM": b"0123", "BLBI": b""}])
@pytest.mark.parametrize("payload", [b"", b"x", b"a" * 10_000, os.urandom(1000)], ids=len)
def test_messages_come_back(dump, monkeypatch, command, compression, correlation, annotations, payload):
    monkeypatch.setattr(config, "COMPRESSION", compression)
    monkeypatch.setattr(current_context, "correlation_id", correlation)
    sent = protocol.SendingMessage(protocol.MSG_RESULT, protocol.FLAGS_EXCEPTION, 65535, 3, payload, annotations)
    answer = dump.ask(command, sent.data)
    got = received(answer)
    assert (got.type, got.serializer_id, got.seq, bytes(got.data)) == (protocol.MSG_RESULT, 3, 65535, payload)
    assert got.flags == protocol.FLAGS_EXCEPTION | (protocol.FLAGS_CORR_ID if correlation else 0)
    assert got.corr_id == (correlation.bytes if correlation else bytes(16))
    assert {key: bytes(value) for key, value in got.annotations.items()} == annotations
    assert (len(answer) < len(payload)) == (command == "compress" and len(payload) == 10_000)
    if not compression and command == "message":
        assert answer == sent.data


def test_a_ping_comes_back(dump):
    ping = protocol.SendingMessage(protocol.MSG_PING, 0, 0, 42, b"ping").data
    assert dump.ask("message", ping) == ping


def test_damaged_messages_are_refused_as_pyro5_refuses_them(dump):
    good = protocol.SendingMessage(protocol.MSG_CONNECT, 0, 0, 1, b"x" * 10).data
    for place, value in [(0, b"GET "), (4, b"\x01\xf5"), (38, b"\0\0")]:
        bad = good[:place] + value + good[place + len(value) :]
        with pytest.raises(errors.ProtocolError) as theirs:
            received(bad) if place != 38 else protocol.ReceivingMessage(bad[:40])
        with pytest.raises(ValueError) as ours:
            dump.ask("message", bad)
        assert str(ours.value) == f"error: {theirs.value}"
    with pytest.raises(ValueError, match="message too large \\(4294967295, max=8388608\\)"):
        dump.ask("message", good[:12] + b"\xff" * 4 + good[16:])
    with pytest.raises(ValueError, match="message too large \\(compressed"):
        payload = zlib.compress(bytes(9 << 20))
        head = struct.pack(protocol._header_format, b"PYRO", 502, 4, 1, 2, 0, len(payload), 0, bytes(16), 0, 0x4DC5)
        dump.ask("message", head + payload)


@pytest.mark.parametrize("text", ["unknown object", "", "x" * 255, "y" * 256, "ä", "🎈" * 100])
def test_a_refusal_is_what_marshal_reads(dump, text):
    got = received(dump.ask("refusal", text.encode()))
    assert (got.type, got.serializer_id) == (protocol.MSG_CONNECTFAIL, 2)
    assert marshal.loads(bytes(got.data)) == text
    assert marshal.loads(dump.ask("marshal", marshal.dumps(text))) == text
    assert marshal.loads(dump.ask("marshal", marshal.dumps(sys.intern(text)))) == text
