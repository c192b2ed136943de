"""What two well-known XML-RPC servers answer to odd requests is known; what ours must answer is each row's last column.

The table, as a test prints it:     python3 -m pytest -s -k table Tests/Interop/test_xmlrpc_probes.py
The same against any server:        python3 Tests/Interop/test_xmlrpc_probes.py 127.0.0.1:7780
"""

import sys
import xmlrpc.client
from collections.abc import Callable
from dataclasses import dataclass

import pytest

import http_road
import roads
import rpc

DOCTYPE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e "aaaaaaaaaa">]>'
ENTITIES = rpc.document("publish", rpc.string("&e;" * 100), declaration=DOCTYPE).encode()
ONE_BAD_CALL = rpc.array(
    rpc.struct(methodName=rpc.string("nosuch"), params=rpc.array()),
    rpc.struct(methodName=rpc.string("system.listMethods"), params=rpc.array()),
)
STANDARDS = {"introspect": 1, "faults_interop": 20010516, "xmlrpc": 1, "nil": None}
CALLS_ON_A_CONNECTION = 100
LIST_METHODS = rpc.call("system.listMethods")


def said(answer: http_road.Answer) -> str:
    """An answer in a few words: the fault, the status, or the kind of the value."""
    if answer.status != 200:
        allow = answer.headers.get("allow")
        return f"HTTP {answer.status}" + (f", Allow: {allow}" if allow else "")
    try:
        return f"a value: {type(rpc.result(answer)).__name__}"
    except xmlrpc.client.Fault as fault:
        return f"fault {fault.faultCode}"


def posted(body: bytes, **headers: str) -> Callable[[roads.Address], str]:
    return lambda address: said(http_road.post(address, body, **headers))


def sent(request: bytes) -> Callable[[roads.Address], str]:
    return lambda address: said(http_road.ask(address, request))


def signatures(address: roads.Address) -> str:
    found = rpc.ask(address, "system.methodSignature", rpc.string("get"))
    return "signatures" if isinstance(found, list) and found and found[0][0] == "array" else repr(found)


def capabilities(address: roads.Address) -> str:
    try:
        found = rpc.ask(address, "system.getCapabilities")
    except xmlrpc.client.Fault as fault:
        return f"fault {fault.faultCode}"
    for name, version in STANDARDS.items():
        if name in found and version not in (None, found[name]["specVersion"]):
            return f"{name} is {found[name]}"
    return ", ".join(sorted(STANDARDS.keys() & found.keys()))


def multicall(address: roads.Address) -> str:
    try:
        bad, good = rpc.ask(address, "system.multicall", ONE_BAD_CALL)
    except xmlrpc.client.Fault as fault:
        return f"fault {fault.faultCode} for all"
    return f"fault {bad['faultCode']} and {len(good)} value"


def keep_alive(address: roads.Address) -> str:
    with http_road.Connection(address) as connection:
        for number in range(CALLS_ON_A_CONNECTION):
            try:
                connection.ask(http_road.request(LIST_METHODS))
            except (http_road.Closed, ConnectionError):
                return f"closed after {number}"
    return f"{CALLS_ON_A_CONNECTION} calls on a connection"


def shutdown(address: roads.Address) -> str:
    listed = "system.shutdown" in rpc.ask(address, "system.listMethods")
    return "listed" if listed else f"not listed, {posted(rpc.call('system.shutdown', rpc.string('')))(address)}"


@dataclass(frozen=True)
class Probe:
    name: str
    wanted: str
    ask: Callable[[roads.Address], str]


PROBES = [
    Probe("unknown method", "fault -32601", posted(rpc.call("nosuch"))),
    Probe("wrong argument count", "fault -32602", posted(rpc.call("get"))),
    Probe("malformed XML", "fault -32700", posted(b"<methodCall><methodName>last</methodName>")),
    Probe("XML but no methodCall", "fault -32600", posted(b"<?xml version='1.0'?><call/>")),
    Probe("empty body", "fault -32700", posted(b"")),
    Probe("GET", "HTTP 405, Allow: POST", sent(http_road.request(method="GET", length=None))),
    Probe("wrong path", "HTTP 404", sent(http_road.request(LIST_METHODS, path="/wrong"))),
    Probe(
        "chunked",
        "a value: list",
        sent(
            http_road.request(length=None, headers={"Transfer-Encoding": "chunked"}) + http_road.chunked(LIST_METHODS)
        ),
    ),
    Probe("no Content-Length, not chunked", "HTTP 411", sent(http_road.request(length=None))),
    Probe("wrong Content-Type", "a value: list", posted(LIST_METHODS, Content_Type="application/json")),
    Probe("methodSignature", "signatures", signatures),
    Probe("getCapabilities", "faults_interop, introspect, nil, xmlrpc", capabilities),
    Probe("multicall with one bad call", "fault -32601 and 1 value", multicall),
    Probe("internal entities (100x expansion)", "fault -32700", posted(ENTITIES)),
    Probe("keep-alive", f"{CALLS_ON_A_CONNECTION} calls on a connection", keep_alive),
    Probe("system.shutdown", "not listed, fault -32601", shutdown),
]


def table(address: roads.Address) -> tuple[str, bool]:
    """Every probe with what was wanted and what came, and whether all is as wanted."""
    rows, right = [("probe", "wanted", "got", "")], True
    for probe in PROBES:
        try:
            got = probe.ask(address)
        except (OSError, http_road.Closed, AssertionError, xmlrpc.client.Error) as problem:
            got = f"{type(problem).__name__}: {problem}".split("\n")[0][:60]
        right &= got == probe.wanted
        rows.append((probe.name, probe.wanted, got, "as wanted" if got == probe.wanted else "NOT as wanted"))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(" | ".join(cell.ljust(width) for cell, width in zip(row, widths)) for row in rows), right


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_a_probe_is_answered_as_the_table_wants(shared_server, probe):
    """Each on its own, so that a failure names it."""
    assert probe.ask(shared_server.address("http")) == probe.wanted


def test_the_table_of_all_probes_is_printed(shared_server):
    """All rows in one table, and all as wanted."""
    text, right = table(shared_server.address("http"))
    print(f"\n{text}")
    assert right, text


if __name__ == "__main__":
    host, _, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:7780").rpartition(":")
    text, right = table((host.strip("[]"), int(port)))
    print(text)
    sys.exit(0 if right else 1)
