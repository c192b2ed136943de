"""Host and Origin: no page in a browser, wherever it came from, reaches a board on this machine."""

import pytest

import http_road
import roads
import rpc

HELLO = rpc.call("publish", rpc.string("hello"))
LAST = rpc.call("last")


@pytest.fixture
def address(shared_server) -> roads.Address:
    return shared_server.address("http")


def asked_with(address: roads.Address, host: str | None = "localhost", version: str = "1.1", **headers: str) -> int:
    return http_road.ask(address, http_road.request(LAST, host=host, version=version, headers=headers)).status


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:7780", "LOCALHOST", "127.0.0.1", "127.0.0.1:7780", "[::1]", "[::1]:7780", "192.0.2.7:80"],
)
def test_localhost_and_addresses_are_hosts(address, host):
    """A name that points to an address of ours can be anybody's; an address cannot."""
    assert asked_with(address, host) == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:7780",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "",
        "localhost@evil.example",
        "2130706433.evil",
        "[::1",
        "a b",
    ],
)
def test_another_host_is_refused(address, host):
    """What a browser sends when a name was made to point at this machine."""
    assert asked_with(address, host) in (400, 403, 421)


def test_the_host_may_be_missing_only_before_http_1_1(address):
    """1.1 demands it; the clients of xmlrpc-c's first years speak 1.0 without."""
    assert asked_with(address, None) == 400
    assert asked_with(address, None, version="1.0") == 200


def test_two_hosts_are_none(address):
    """Which of them would count?"""
    assert asked_with(address, "localhost\r\nHost: evil.example") in (400, 403, 421)


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "https://localhost.evil.example",
        "null",
        "http://localhost:1",
        "",
        "http://127.0.0.1.evil.example",
        "file://",
    ],
)
def test_another_origin_is_403_and_publishes_nothing(server, origin):
    """A page elsewhere may make its reader's browser post: it says where the page came from."""
    answer = http_road.post(server.address("http"), HELLO, Origin=origin)
    assert answer.status == 403
    assert "access-control-allow-origin" not in answer.headers
    assert server.tcp.ask(b"2:0") == b"0"


def test_the_same_origin_is_served(shared_server, address):
    """A page of this server itself."""
    host = shared_server.ready["http"]
    assert asked_with(address, host, Origin=f"http://{host}") == 200


def test_health_is_not_for_other_pages_either(address):
    """The same checks on every path."""

    def status(host: str, **headers: str) -> int:
        request = http_road.request(method="GET", path="/v1/health", host=host, length=None, headers=headers)
        return http_road.ask(address, request).status

    assert status("localhost") == 200
    assert status("evil.example") in (403, 421)
    assert status("localhost", Origin="http://evil.example") == 403
