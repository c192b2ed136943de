"""The course's own clients, as the lecture notes describe them: how they cut, split and compare is kept here.

What they do with an answer is simple and unforgiving: split at every colon, compare the first field with `0`,
and turn each further field of a list into a number.
"""

import socket

import pytest

from roads import PATIENCE

PDU = 2**16 - 32


class OldUDPClient:
    """Publishes in one datagram and cuts what is too long; reads the ids, then each message by its id."""

    def __init__(self, address):
        self.address = address

    def request(self, code: str, argument: str) -> tuple[str, list[str]]:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.settimeout(PATIENCE)
            udp.sendto(f"{code}:{argument}".encode(), self.address)
            answer, source = udp.recvfrom(PDU)
            assert source == self.address, "the client waits for the address that it sent to"
        code, *fields = answer.decode().split(":")
        return code, fields

    def publish(self, text: str) -> bool:
        return self.request("1", text[: PDU - 2])[0] == "0"

    def last(self, count: int) -> list[tuple[float, str, int, str]]:
        code, fields = self.request("2", str(count))
        return [self.get(int(field)) for field in fields] if code == "0" else []

    def get(self, identifier: int) -> tuple[float, str, int, str]:
        code, fields = self.request("3", str(identifier))
        assert code == "0", code
        time, ip, port, *text = fields
        return float(time), ip, int(port), ":".join(text)


class OldTCPClient:
    """One connection a request; all of the last messages in one answer, split at colons and then at spaces."""

    def __init__(self, address):
        self.address = address

    def request(self, code: str, argument: str) -> tuple[str, list[str]]:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp:
            tcp.settimeout(PATIENCE)
            tcp.connect(self.address)
            tcp.sendall(f"{code}:{argument}".encode())
            tcp.shutdown(socket.SHUT_WR)
            answer = b""
            while block := tcp.recv(1024 * 1024):
                answer += block
        code, *fields = answer.decode().split(":")
        return code, fields

    def publish(self, text: str) -> bool:
        return self.request("1", text)[0] == "0"

    def last(self, count: int) -> list[tuple[float, str, int, str]]:
        code, fields = self.request("4", str(count))
        messages = [field.split(" ", 3) for field in fields] if code == "0" else []
        return [(float(time), ip, int(port), text) for time, ip, port, text in messages]


@pytest.fixture
def old_udp(server) -> OldUDPClient:
    return OldUDPClient(server.address("udp"))


@pytest.fixture
def old_tcp(server) -> OldTCPClient:
    return OldTCPClient(server.address("tcp"))


@pytest.fixture(params=["udp", "tcp"])
def old(request, old_udp, old_tcp) -> OldUDPClient | OldTCPClient:
    return {"udp": old_udp, "tcp": old_tcp}[request.param]


def texts(messages) -> list[str]:
    return [text for *_, text in messages]


def test_publish_and_read_all(old):
    """The notes' first session: publish a few, then read all of them."""
    assert all(old.publish(text) for text in ("Hello world!", "second", "Õunapuu õitseb"))
    messages = old.last(0)
    assert texts(messages) == ["Hello world!", "second", "Õunapuu õitseb"]
    assert [ip for _, ip, *_ in messages] == ["127.0.0.1"] * 3


def test_an_empty_board_reads_as_no_messages(old):
    """`0:` instead of `0` would be one empty id to these clients, and they would stop with an error."""
    assert old.last(0) == [] and old.last(10) == []


def test_reading_the_last_two(old):
    """N counts from the newest."""
    for text in ("one", "two", "three"):
        old.publish(text)
    assert texts(old.last(2)) == ["two", "three"]


def test_udp_text_with_colons_survives(old_udp):
    """The text is the rest of the answer: an old client that joins it again has lost nothing."""
    old_udp.publish("12:30: lunch")
    assert texts(old_udp.last(1)) == ["12:30: lunch"]


def test_a_text_cut_at_2_16_minus_32_minus_2_is_published_whole(old_udp, old_tcp):
    """The client cuts, the server does not: all 65,502 bytes arrive, and the rest was never sent."""
    assert old_udp.publish("x" * 100_000)
    assert texts(old_tcp.last(1)) == ["x" * 65_502]


def test_the_longest_text_that_old_udp_clients_can_read_back(old_udp):
    """65,400 bytes leave room for time and address: published and read by UDP alone."""
    assert old_udp.publish("y" * 65_400)
    assert texts(old_udp.last(1)) == ["y" * 65_400]


def test_tcp_text_over_one_datagram(old_tcp):
    """The reason for the TCP client in the notes: a text of any length."""
    text = "A long story. " * 50_000
    assert old_tcp.publish(text)
    assert texts(old_tcp.last(1)) == [text]


def test_both_old_clients_share_one_board(old_udp, old_tcp):
    """One publishes, the other reads the same message with the same time."""
    old_udp.publish("by udp")
    old_tcp.publish("by tcp")
    assert old_udp.last(0) == old_tcp.last(0)
    assert texts(old_udp.last(0)) == ["by udp", "by tcp"]
