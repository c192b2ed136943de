"""What the board tells of its methods, and the fault of every method for parameters that do not fit it."""

import xmlrpc.client

import pytest

import http_road
import rpc


@pytest.fixture
def board(shared_server) -> xmlrpc.client.ServerProxy:
    """A board that no test here publishes on."""
    return rpc.proxy(shared_server)


METHODS = {"publish", "last", "get", "publish_to", "message", "messages_after", "range", "boards"}
SYSTEM = {f"system.{name}" for name in ("listMethods", "methodSignature", "methodHelp", "multicall", "getCapabilities")}
TYPES = {"int", "i8", "boolean", "string", "double", "dateTime.iso8601", "base64", "array", "struct", "nil", "undef"}


def test_every_method_is_listed_with_signatures_and_help(board):
    """Real ones: a list of types, the result's first, and a sentence."""
    methods = board.system.listMethods()
    assert METHODS | SYSTEM <= set(methods) and len(methods) == len(set(methods))
    assert not [name for name in methods if name.startswith("validator1") or "shutdown" in name]
    for name in methods:
        for signature in board.system.methodSignature(name):
            assert signature and set(signature) <= TYPES, (name, signature)
        assert isinstance(board.system.methodHelp(name), str)
    for name in METHODS:
        assert board.system.methodHelp(name), name


def test_the_signatures_are_those_of_the_notes(board):
    """Text or base64, with a source or without."""
    publish = board.system.methodSignature("publish")
    assert {tuple(each[1:]) for each in publish} >= {("string",), ("base64",), ("string", "array")}
    assert all(each[0] in ("int", "i8") for each in publish)
    assert ["array", "int"] in [[each[0], each[1].replace("i8", "int")] for each in board.system.methodSignature("get")]
    assert ["array"] in board.system.methodSignature("last")


def test_introspection_of_a_method_that_is_not_there(board):
    """No help, which is a fault; a signature that nobody knows is the text that the page has for it."""
    with rpc.fault(rpc.METHOD_NOT_FOUND):
        board.system.methodHelp("nosuch")
    assert board.system.methodSignature("nosuch") == "undef"


BAD_PARAMETERS = {
    "publish": [(), (1,), ("a", 1), ("a", ["ip"]), ("a", ["ip", "port"]), ("a", [1, 1]), ("a", ["192.0.2.7", 1], 1)],
    "last": [("x",), (1.5,), (1, 2), ([],), (True,)],
    "get": [(), ("1",), (1.5,), (True,), (1, 2), ([1],)],
    "publish_to": [
        (),
        ("b",),
        (1, "x", {}),
        ("b", 1, {}),
        ("b", "x", 1),
        ("b", "x", {"author": 1}),
        ("b", "x", {"attributes": 1}),
        ("b", "x", {"attributes": {"a": 1}}),
        ("b", "x", {"request_id": []}),
        ("b", "x", {"source": "here"}),
        ("b", "x", {}, 1),
    ],
    "message": [(), ("1",), (1, 2)],
    "messages_after": [(), ("b",), (1, 1), ("b", "1"), ("b", 1, "2"), ("b", 1, 2, "3"), ("b", 1, 2, 3, 4)],
    "range": [(), ("b",), (1, 1), ("b", "1"), ("b", 1, 2)],
    "boards": [(1,), ("b",)],
    "system.listMethods": [(1,)],
    "system.methodHelp": [(), (1,), ("get", "last")],
    "system.methodSignature": [(), (1,)],
    "system.getCapabilities": [(1,)],
    "system.multicall": [(), (1,), ([], [])],
}


@pytest.mark.parametrize(
    ("method", "parameters"), [(method, each) for method, all in BAD_PARAMETERS.items() for each in all], ids=repr
)
def test_bad_parameters_are_fault_32602(shared_server, method, parameters):
    """Wrong in number or in type: the fault that says so, whichever method."""
    with rpc.fault(rpc.INVALID_PARAMETERS):
        getattr(rpc.proxy(shared_server), method)(*parameters)


def test_health_is_told_in_json(shared_server):
    """A page for a machine to look at: 200 and JSON."""
    answer = http_road.ask(
        shared_server.address("http"), http_road.request(method="GET", path="/v1/health", length=None)
    )
    assert answer.status == 200 and answer.headers["content-type"].split(";")[0] == "application/json"
    assert answer.body.startswith(b"{")
