"""The edge of a datagram: a PDU is at most 2^16 - 32 bytes, in both directions."""

import pytest

import wire


def test_a_request_of_exactly_one_pdu_is_taken(server):
    """65,504 bytes in all: taken whole, and read back whole on TCP."""
    body = b"x" * (wire.UDP_PDU_LIMIT - 2)
    assert server.udp.ask(wire.publish(body)) == b"0"
    assert wire.got(server.tcp.ask(b"3:1")).text == body


@pytest.mark.parametrize("excess", [1, 2, 3])
@pytest.mark.parametrize("code", [b"1:", b"7:::::", b"x:"])
def test_a_request_over_one_pdu_is_too_big(server, code, excess):
    """Up to the largest datagram that IPv4 can carry (65,507 bytes): answered `6`, nothing published."""
    request = code.ljust(wire.UDP_PDU_LIMIT + excess, b"x")
    assert server.udp.ask(request) == b"6"
    assert server.udp.ask(b"2:0") == b"0"


def test_an_answer_of_up_to_one_pdu_is_sent_and_of_one_byte_more_is_6(server):
    """Message by message over the edge: UDP gives exactly what TCP gives, or `6` when that is over 65,504 bytes."""
    udp, tcp = server.udp, server.tcp
    lengths = set()
    for size in range(wire.UDP_PDU_LIMIT - 60, wire.UDP_PDU_LIMIT - 20):
        identifier = wire.published_id(tcp.ask(wire.publish_with(b"y" * size)))
        for request in (wire.get(identifier), wire.last(1)):
            whole = tcp.ask(request)
            lengths.add(len(whole))
            assert udp.ask(request) == (whole if len(whole) <= wire.UDP_PDU_LIMIT else b"6")
    assert min(lengths) <= wire.UDP_PDU_LIMIT < max(lengths), "the test went over the edge"


def test_records_that_do_not_fit_are_6(server):
    """Base64 makes a record a third larger: what `3` can still give, `6` and `record` cannot."""
    server.udp.ask(wire.publish(b"z" * 50_000))
    assert len(server.udp.ask(b"3:1")) > 50_000
    assert (server.udp.ask(b"6:1"), server.udp.ask(b"3:1:record"), server.udp.ask(b"4:1")[:1]) == (b"6", b"6", b"0")


def test_many_small_messages_in_one_answer_are_6_as_soon_as_they_do_not_fit(server):
    """It is the sum that counts: N grows until the answer does not fit, and smaller N still work afterwards."""
    udp, tcp = server.udp, server.tcp
    for _ in range(80):
        udp.ask(wire.publish(b"k" * 1000))
    for count in (1, 10, 60, 65, 80, 0):
        for code in (b"4", b"6"):
            whole = tcp.ask(code + b":%d" % count)
            assert udp.ask(code + b":%d" % count) == (whole if len(whole) <= wire.UDP_PDU_LIMIT else b"6")
    assert udp.ask(b"4:0") == udp.ask(b"6:0") == b"6"
    assert udp.ask(b"6:1").startswith(b"0:")


def test_ids_that_do_not_fit_are_6(server):
    """More ids than a datagram holds: `6`, while the last thousand still come."""
    udp = server.udp
    window, total = 50, 13_500
    for _ in range(total // window):
        for _ in range(window):
            udp.socket.send(b"1:")
        for _ in range(window):
            assert udp.socket.recv(2**16) == b"0"
    assert len(server.tcp.ask(b"2:0")) > wire.UDP_PDU_LIMIT
    assert udp.ask(b"2:0") == b"6"
    assert wire.id_list(udp.ask(b"2:1000")) == list(range(total - 999, total + 1))
