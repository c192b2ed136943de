"""IPv6: an address full of colons on roads where the colon separates fields."""

import socket

import pytest

import wire


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
            return True
    except OSError:
        return False


pytestmark = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6 loopback")


@pytest.fixture
def client6(make_server, road):
    return make_server("--udp", "[::1]:0", "--tcp", "[::1]:0").start().client(road)


def test_the_origin_puts_no_colon_into_3_and_4(client6):
    """`::1` is written `--1.ipv6-literal.net`, and the fields stay where old clients look for them."""
    assert client6.ask(b"1:over six") == b"0"
    port = client6.port
    code, _, ip, answered_port, text = client6.ask(b"3:1").split(b":")
    assert (code, ip, answered_port, text) == (b"0", b"--1.ipv6-literal.net", b"%d" % port, b"over six")
    assert client6.ask(b"4:1").split(b":")[1].split(b" ", 3)[1:] == [ip, b"%d" % port, b"over six"]


def test_the_origin_is_plain_in_a_record(client6):
    """Base64 fields need no such care: `6` gives the address as it is."""
    client6.ask(b"1:over six")
    port = client6.port
    (record,) = wire.parse_records(client6.ask(b"6:1"))
    assert (record.ip, record.port) == ("::1", port)


def test_the_command_reaches_a_server_on_ipv6(make_server, mboard):
    """`--server [::1]:PORT`, and the origin in JSON keeps its brackets."""
    server = make_server("--udp", "[::1]:0", "--tcp", "[::1]:0").start()
    for road in ("udp", "tcp"):
        published = mboard("publish", "--server", server.ready[road], "--via", road, "--json", "over six")
        assert published.code == 0, published.stderr
        assert published.objects[0]["origin"].startswith("[::1]:"), published.text
