"""Two boards that are set on one another by a forged datagram: they must not answer each other's answers for ever."""

import socket

import pytest

SENT = 300
ANSWERED_AT_ONCE = 64


@pytest.mark.parametrize("answer", [b"0", b"1", b"3", b"9"])
def test_what_looks_like_an_answer_is_answered_a_bounded_number_of_times(server, answer):
    """Of 300 such datagrams few more than 64 get their `1`; a request of the same client is served all the while."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(10)
        client.connect(server.address("udp"))
        for _ in range(SENT):
            client.send(answer)
        client.send(b"2:0")
        refusals = 0
        while (received := client.recv(65536)) != b"0":
            assert received == b"1"
            refusals += 1
        assert ANSWERED_AT_ONCE <= refusals < SENT / 2, refusals
