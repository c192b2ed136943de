"""XML-RPC documents written by hand, and what the answers to them say."""

import contextlib
import xmlrpc.client
from collections.abc import Iterator

import pytest

import http_road
import roads

NOT_WELL_FORMED = -32700
UNSUPPORTED_ENCODING = -32701
INVALID_CHARACTER = -32702
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMETERS = -32602

NO_SUCH_MESSAGE = 2
TOO_BIG = 6
REFUSED = 8


def url(server) -> str:
    return f"http://{server.ready['http']}/RPC2"


def proxy(server, **options) -> xmlrpc.client.ServerProxy:
    """Python's own client of the server; it is closed with the server's other clients."""
    made = xmlrpc.client.ServerProxy(url(server), **options)
    server.open_clients.append(Closes(made))
    return made


class Closes:
    """A proxy takes every name for a method of the server, `close` too."""

    def __init__(self, made: xmlrpc.client.ServerProxy):
        self.close = made("close")


def value(inner: str) -> str:
    return f"<value>{inner}</value>"


def string(text: str) -> str:
    return value(f"<string>{text}</string>")


def array(*values: str) -> str:
    return value(f"<array><data>{''.join(values)}</data></array>")


def struct(**members: str) -> str:
    inner = "".join(f"<member><name>{name}</name>{each}</member>" for name, each in members.items())
    return value(f"<struct>{inner}</struct>")


def document(method: str, *values: str, declaration: str = '<?xml version="1.0"?>') -> str:
    """A call with parameters that are XML already."""
    parameters = "".join(f"<param>{each}</param>" for each in values)
    return f"{declaration}<methodCall><methodName>{method}</methodName><params>{parameters}</params></methodCall>"


def call(method: str, *values: str) -> bytes:
    return document(method, *values).encode()


def result(answer: http_road.Answer) -> object:
    """The one value of an answer; a fault is raised as Python's own client raises it."""
    assert answer.status == 200, (answer.status, answer.body[:300])
    assert answer.headers["content-type"].split(";")[0] == "text/xml", answer.headers
    (only,), _ = xmlrpc.client.loads(answer.body)
    return only


def fault_code(answer: http_road.Answer) -> int:
    """The number of the fault that the answer must be."""
    with pytest.raises(xmlrpc.client.Fault) as caught:
        result(answer)
    assert caught.value.faultString, "a fault says what is wrong"
    return caught.value.faultCode


def ask(address: roads.Address, method: str, *values: str) -> object:
    """A call on a connection of its own."""
    return result(http_road.post(address, call(method, *values)))


@contextlib.contextmanager
def fault(code: int) -> Iterator[None]:
    """The block must end with this fault."""
    with pytest.raises(xmlrpc.client.Fault) as caught:
        yield
    assert caught.value.faultCode == code, caught.value
    assert caught.value.faultString, "a fault says what is wrong"


def octets(message: str | xmlrpc.client.Binary) -> bytes:
    """A message's bytes, whichever way they travelled."""
    return message.data if isinstance(message, xmlrpc.client.Binary) else message.encode()


def assert_serves(server) -> None:
    """A client that does nothing wrong gets its answer."""
    assert isinstance(ask(server.address("http"), "last"), list)
