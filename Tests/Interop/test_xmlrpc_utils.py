"""Programs of Debian's xmlrpc-api-utils, and a C client on xmlrpc-c: what they send and read was not written here."""

import re
import subprocess
from pathlib import Path

import pytest

import rpc
import wire

METHODS = {"publish", "last", "get", "publish_to", "message", "messages_after", "range", "boards"}


def run(*words: str | Path, within: float = 30) -> subprocess.CompletedProcess:
    return subprocess.run(words, capture_output=True, text=True, timeout=within)


def output_of(*words: str | Path) -> str:
    ended = run(*words)
    assert (ended.returncode, ended.stderr) == (0, ""), ended
    return ended.stdout


def called(server, method: str, *parameters: str) -> str:
    """What `xmlrpc` prints for a result."""
    return output_of("xmlrpc", rpc.url(server), method, *parameters).removeprefix("Result:").strip()


# The command `xmlrpc`.


def test_the_command_publishes_and_reads(server):
    """The notes' session from a shell."""
    assert called(server, "publish", "s/hello") == "Integer: 1"
    assert called(server, "publish", "without a type") == "Integer: 2"
    assert called(server, "last", "i/0").splitlines()[1:] == ["  Index  0 Integer: 1", "  Index  1 Integer: 2"]
    shown = called(server, "get", "i/2")
    assert shown.startswith("Array of 4 items:") and "String: '127.0.0.1'" in shown and "'without a type'" in shown


def test_the_command_publishes_bytes(server):
    """`h/` is base64 on the wire, and so they come back."""
    called(server, "publish", "h/00ff0a")
    assert wire.got(server.tcp.ask(b"3:1")).text == b"\x00\xff\n"
    assert "Bit string: 00ff0a" in called(server, "get", "i/1")


@pytest.mark.parametrize("parameter", ["i/1", "b/true", "d/1.5", "n/", "I/99999999999"])
def test_every_type_of_the_command_is_read(server, parameter):
    """All but text and bytes are no messages: the fault of wrong parameters, not of a document that cannot be read."""
    ended = run("xmlrpc", rpc.url(server), "publish", parameter)
    assert ended.returncode == 1 and "(XML-RPC fault code -32602)" in ended.stderr


@pytest.mark.parametrize("number", ["i/1", "I/1"])
def test_both_widths_of_a_number_are_an_id(server, number):
    """`I/` is an i8."""
    called(server, "publish", "s/hello")
    assert "'hello'" in called(server, "get", number)


@pytest.mark.parametrize(
    ("words", "code"),
    [(["nosuch"], -32601), (["get"], -32602), (["get", "i/9"], 2), (["get", "I/99999999999"], 2)],
    ids=str,
)
def test_the_command_tells_a_fault(server, words, code):
    """Its code, and the text that says why."""
    ended = run("xmlrpc", rpc.url(server), *words)
    assert ended.returncode == 1 and f"(XML-RPC fault code {code})" in ended.stderr, ended.stderr


def test_the_command_finds_the_board_without_a_path(server):
    """Without `http://` it adds /RPC2, as is the custom."""
    assert output_of("xmlrpc", server.ready["http"], "last").split()[:3] == ["Result:", "Array", "of"]


VALIDATED = [
    (
        "countTheEntities",
        ['s/<<>&&&\'""""'],
        {"ctLeftAngleBrackets": 2, "ctRightAngleBrackets": 1, "ctAmpersands": 3, "ctApostrophes": 1, "ctQuotes": 4},
    ),
    ("simpleStructReturnTest", ["i/-7"], {"times10": -70, "times100": -700, "times1000": -7000}),
]


@pytest.mark.parametrize(("method", "parameters", "members"), VALIDATED, ids=lambda value: str(value)[:24])
def test_the_validator_methods_whose_types_the_command_has(validator, method, parameters, members):
    """Text and numbers: the other six take arrays, structs or a date."""
    shown = called(validator, f"validator1.{method}", *parameters)
    found = re.findall(r"String: '(\w+)'\s+Value:\s+Integer: (-?\d+)", shown)
    assert {name: int(number) for name, number in found} == members, shown


# The programs that walk the introspection.


def test_api2txt_prints_every_method(server):
    """A line for each signature, and the help."""
    text = output_of("xml-rpc-api2txt", rpc.url(server))
    assert "unknown" not in text
    signatures = re.findall(r"^(\S+) ([\w.]+) \((.*)\)$", text, re.MULTILINE)
    assert {name for _, name, _ in signatures} >= METHODS | {"system.listMethods", "system.multicall"}
    assert re.search(r"^(int|i8) publish \(string\)$", text, re.MULTILINE)
    assert re.search(r"^array get \((int|i8)\)$", text, re.MULTILINE)
    assert "system.shutdown" not in text


@pytest.mark.parametrize("prefix", ["system", "validator1"])
def test_api2cpp_writes_a_class_for_the_methods(validator, prefix):
    """A C++ proxy with one function for each method that has a signature in its types."""
    ended = run("xml-rpc-api2cpp", rpc.url(validator), prefix, "Proxy")
    assert ended.returncode == 0, ended.stderr
    names = {
        name.partition(".")[2] for name in rpc.proxy(validator).system.listMethods() if name.startswith(f"{prefix}.")
    }
    assert names and set(re.findall(r"Proxy::(\w+) \(", ended.stdout)) == names, ended.stderr


# The C client.


@pytest.fixture(scope="session")
def c_client(compiled) -> Path:
    return compiled("xmlrpc_client.c", "-lxmlrpc_client", "-lxmlrpc", "-lxmlrpc_util")


def test_a_c_client_uses_the_board(server, c_client):
    """Text, bytes, a claimed source, the fuller call: all there on every road."""
    lines = output_of(c_client, rpc.url(server), "board").splitlines()
    assert [line.split(": ", 1)[1] for line in lines[:4]] == [
        "text hello from C & <friends>",
        "bytes 00fffe0a",
        "text with a source",
        "text by the fuller call",
    ]
    assert all(re.match(r"message \d at \d+\.\d+ from 127\.0\.0\.1:\d+: ", line) for line in lines[:4])
    assert lines[4:] == ["last is right", "board news, author anna, road xmlrpc"]
    records = wire.parse_records(server.tcp.ask(b"6:0"))
    assert [record.body for record in records[:2]] == [b"hello from C & <friends>", b"\0\xff\xfe\n"]
    assert records[2].attributes == {"claimed-source": "192.0.2.7:1234"}


def test_a_c_client_calls_the_eight_validator_methods(validator, c_client):
    """Structs, arrays, dates, nesting: compared where they are called."""
    lines = output_of(c_client, rpc.url(validator), "validator").splitlines()
    assert len(lines) == 8 and all(re.fullmatch(r"validator1\.\w+ is right", line) for line in lines)


def test_a_c_client_walks_the_introspection(server, c_client):
    """Every method has signatures and help."""
    lines = output_of(c_client, rpc.url(server), "introspection").splitlines()
    found = {
        name: (int(signatures), int(length))
        for name, signatures, length in (
            re.fullmatch(r"([\w.]+): (\d+) signatures, (\d+) bytes of help", line).groups() for line in lines
        )
    }
    assert METHODS <= found.keys() and all(signatures and length for signatures, length in found.values()), found


def test_a_c_client_is_told_the_interoperable_faults(server, c_client):
    """The numbers of the page, where its own server has others."""
    assert output_of(c_client, rpc.url(server), "faults").splitlines() == [
        "nosuch: fault -32601",
        "get: fault -32602",
        "get: fault 2",
        "publish: fault -32602",
        "get: fault 2",
    ]
