"""Sessions on UDP, from protocols.md, section 2: big messages in blocks, answers in blocks, and what is not allowed."""

import itertools
import re
import socket

import pytest

import roads
import wire
from lossy_relay import LossyRelay
from sessions import CheckingClient, OldClient, blocks_of, crc32c

MIB = 1 << 20


def test_crc_is_the_one_of_rfc_3720():
    """The check value of appendix B.4 of the RFC, so that the other tests compare with the right thing."""
    assert crc32c(b"123456789") == 0xE3069283


def test_the_old_client_publishes_a_big_message(server, seeded):
    """Blocks one at a time, the close confirms, and the message is on the board, from this client."""
    udp = server.udp
    body = seeded.randbytes(500_000)
    assert OldClient(udp).deliver(wire.publish(body)) == b"0?1"
    message = wire.got(server.tcp.ask(b"3:1"))
    assert (message.text, message.port) == (body, udp.port)


def test_the_sid_is_a_decimal_of_63_bits_and_no_two_are_alike(server):
    sids = [int(OldClient(server.udp).open()) for _ in range(50)]
    assert len(set(sids)) == 50
    assert all(0 < sid < 2**63 for sid in sids)
    assert max(sids) > 2**55, "50 numbers of 63 random bits are not all small"


def test_blocks_in_any_order_and_twice(server, seeded):
    """Shuffled, and each sent again somewhere: the message is the same, and there is one."""
    client = CheckingClient(server.udp)
    body = seeded.randbytes(50_000)
    parts = list(enumerate(blocks_of(wire.publish(body), 1_000)))
    sid = client.open()
    seen = set()
    order = parts + seeded.sample(parts, 20)
    seeded.shuffle(order)
    for index, part in order:
        seen.add(index)
        assert client.block(sid, index, len(parts), part) == b"0?%d?%d" % (len(seen), index)
    assert client.close(sid) == b"0?1"
    assert wire.got(server.tcp.ask(b"3:1")).text == body
    assert server.udp.ask(b"2:0") == b"0:1"


def test_two_sessions_interleaved_do_not_mix(server, seeded):
    one, two = OldClient(server.udp), OldClient(server.udp)
    first, second = (wire.publish(seeded.randbytes(20_000)) for _ in range(2))
    sids = one.open(), two.open()
    for index, parts in enumerate(zip(blocks_of(first, 2_001), blocks_of(second, 2_001))):
        for client, sid, part in zip((one, two), sids, parts):
            assert client.block(sid, index, 10, part).startswith(b"0?")
    assert [one.close(sids[0]), two.close(sids[1])] == [b"0?1", b"0?1"]
    texts = [wire.got(server.tcp.ask(b"3:%d" % number)).text for number in (1, 2)]
    assert texts == [first[2:], second[2:]]


def test_a_close_with_holes_is_0_and_can_be_made_good(server):
    client = OldClient(server.udp)
    sid = client.open()
    client.block(sid, 0, 2, b"1:hel")
    assert client.close(sid) == b"0?0"
    assert server.udp.ask(b"2:0") == b"0"
    client.block(sid, 1, 2, b"lo")
    assert client.close(sid) == b"0?1"
    assert wire.got(server.tcp.ask(b"3:1")).text == b"hello"


def test_a_repeated_close_is_answered_as_the_first_and_publishes_once(server):
    client = OldClient(server.udp)
    sid = client.open()
    client.block(sid, 0, 1, b"1:once")
    assert [client.close(sid) for _ in range(5)] == [b"0?1"] * 5
    assert server.udp.ask(b"2:0") == b"0:1"


def test_a_request_that_cannot_be_read_is_not_taken_and_its_answer_can_be_fetched(server):
    client = CheckingClient(server.udp)
    sid = client.open()
    client.block(sid, 0, 1, b"nonsense")
    assert client.close(sid) == b"0?0"
    assert client.fetch(sid) == server.udp.ask(b"nonsense")


def test_requests_and_answers_of_any_size(server, seeded):
    """7, 3, 4 and 6 by session: what does not fit a datagram comes whole, the same as on TCP."""
    client = CheckingClient(server.udp)
    body = seeded.randbytes(300_000)
    answer = client.exchange(wire.publish_with(body, request="r"), size=40_000)
    assert wire.published_id(answer) == 1
    assert client.exchange(wire.publish_with(body, request="r"), size=40_000) == answer, "a repeat"
    for request in (b"3:1", b"4:0", b"6:0", b"3:1:record", b"2:0", b"3:99"):
        assert client.exchange(request) == server.tcp.ask(request)


def test_an_answer_of_megabytes(server):
    """2 MiB of answer, more than the server keeps in memory."""
    server.tcp.ask(wire.publish(b"m" * 2 * MIB))
    client = CheckingClient(server.udp)
    sid = client.open()
    client.block(sid, 0, 1, b"4:1")
    assert client.close(sid) == b"0?1"
    parts = []
    for index in itertools.count():
        code, _, count, length, _, part = client.ask(b"d?%s?%d" % (sid, index)).split(b"?", 5)
        assert code == b"0" and int(length) == len(part)
        parts.append(part)
        if index + 1 == int(count):
            break
    assert b"".join(parts) == server.tcp.ask(b"4:1")
    assert client.ask(b"d?%s?%d" % (sid, len(parts))) == b"z", "there is no block behind the last"


def test_another_place_owns_nothing(server):
    """The session of one port is not known at another: no block, no close, no answer, no end."""
    owner, other = CheckingClient(server.udp), CheckingClient(server.udp)
    sid = owner.open()
    assert other.block(sid, 0, 1, b"1:evil") == b"z"
    assert other.close(sid) == b"0?0"
    assert other.ask(b"d?%s?0" % sid) == b"z"
    assert other.ask(b"e?" + sid) == b"0?0"
    assert owner.block(sid, 0, 1, b"1:good") == b"0?1?0"
    assert owner.close(sid) == b"0?1"
    assert other.ask(b"d?%s?0" % sid) == b"z"
    assert owner.fetch(sid) == b"0"


def test_wrong_lengths_and_wrong_checks_are_y_and_nothing_is_kept(server):
    client = CheckingClient(server.udp)
    sid = client.open()
    assert client.ask(b"b?%s?0?1?3?%x?1:hello" % (sid, crc32c(b"1:hello"))) == b"y?0"
    assert client.ask(b"b?%s?0?1?90?%x?1:hello" % (sid, crc32c(b"1:hello"))) == b"y?0"
    assert client.block(sid, 0, 1, b"1:hello", check=7) == b"y?0"
    assert client.close(sid) == b"0?0"
    assert client.block(sid, 0, 1, b"1:hello") == b"0?1?0"
    plain = OldClient(server.udp)
    sid = plain.open()
    assert plain.ask(b"b?%s?0?1?3?1:hello" % sid) == b"y"


@pytest.mark.parametrize("header", [
    b"0?0?5", b"1?1?5", b"5?2?5", b"-1?2?5", b"0?-1?5", b"x?2?5", b"0?x?5", b"0?2?x", b"0?99999999999?5", b"??5", b"0?2",
    b"18446744073709551616?2?5", b"0?2?99999999",
])
def test_headers_out_of_range_are_z(server, header):
    """Blocks that are not among those announced, numbers that are none, too many blocks."""
    client = OldClient(server.udp)
    sid = client.open()
    assert client.ask(b"b?%s?%s?hello" % (sid, header)) == b"z"
    assert client.block(sid, 0, 1, b"1:x") == b"0?1", "the session goes on"


def test_a_block_that_comes_again_with_other_data_is_y_and_both_are_gone(server):
    """One of the two must have had a damaged number: neither is believed."""
    client = CheckingClient(server.udp)
    sid = client.open()
    assert client.block(sid, 0, 2, b"1:a") == b"0?1?0"
    assert client.block(sid, 1, 2, b"b") == b"0?2?1"
    assert client.block(sid, 1, 2, b"c") == b"y?1"
    assert client.close(sid) == b"0?0"
    assert client.block(sid, 1, 2, b"b") == b"0?2?1"
    assert client.close(sid) == b"0?1"


def test_a_count_that_changes_is_z(server):
    client = OldClient(server.udp)
    sid = client.open()
    assert client.block(sid, 0, 2, b"1:") == b"0?1"
    assert client.block(sid, 1, 3, b"x") == b"z"
    assert client.block(sid, 1, 2, b"x") == b"0?2"


@pytest.mark.parametrize("datagram", [
    b"b?123?0?1?1?x", b"d?123?0", b"b", b"b?", b"d", b"d?", b"a", b"a?", b"a?x", b"b?abc?0?1?1?x", b"d?1?x",
    b"b?99999999999999999999999?0?1?1?x", b"c?123", b"c", b"e?123", b"e", b"c?x", b"e?\xff",
])
def test_what_belongs_to_no_session_has_its_answer(server, datagram):
    """`z`, or `0?0` where the table says so; and the server goes on."""
    answer = server.udp.ask(datagram)
    assert answer in ((b"0?0",) if datagram in (b"c?123", b"e?123") else (b"z",))
    assert OldClient(server.udp).deliver(b"1:on") == b"0?1"


def test_a_fetch_before_the_close_has_no_answer(server):
    client = CheckingClient(server.udp)
    sid = client.open()
    assert client.ask(b"d?%s?0" % sid) == b"z"


def test_ten_thousand_half_open_sessions_cost_little_and_disturb_nobody(server):
    """From one place 64 are had, the rest is refused; another place is served; the server hardly grows."""
    greedy = server.udp
    before = server.resident_mib()
    answers = [greedy.ask(b"a?1") for _ in range(10_000)]
    assert sum(answer.startswith(b"0?") for answer in answers) == 64
    assert set(answers[64:]) == {b"z"}
    assert server.resident_mib() - before < 16
    assert CheckingClient(server.udp).exchange(b"1:served") == b"0"


def test_many_places_of_one_address_are_bounded_too(server):
    """1,024 sessions for all ports of 127.0.0.1; another address is still served."""
    clients = [roads.UDP(server.address("udp")) for _ in range(20)]
    answers = [client.ask(b"a?0") for client in clients for _ in range(60)]
    assert sum(answer.startswith(b"0?") for answer in answers) == 1_024
    for client in clients:
        client.close()


def test_blocks_that_nobody_has_room_for(make_server):
    """A request over the server's limit is refused block by block; the session before it is served."""
    server = make_server("--max-request", "100000").start()
    client = OldClient(server.udp)
    sid = client.open()
    answers = [client.block(sid, index, 40, b"1:" + b"x" * 9_998) for index in range(40)]
    assert answers[:10] == [b"0?%d" % (index + 1) for index in range(10)]
    assert answers[-1] == b"z"
    assert client.close(sid) == b"0?0"
    assert OldClient(server.udp).deliver(b"1:fits") == b"0?1"


def test_a_session_does_not_survive_a_restart_and_says_so(server):
    client = OldClient(server.udp)
    sid = client.open()
    server.restart()
    assert OldClient(server.udp).close(sid) == b"0?0"


def test_random_datagrams_of_the_family(server, seeded):
    """5,000 datagrams near the format: answered or not, never harm."""
    udp = server.udp
    udp.socket.settimeout(0.05)
    sid = OldClient(server.udp).open()
    for _ in range(5_000):
        fields = [seeded.choice([b"", b"0", b"1", b"9", sid, b"-1", b"x", b"65504", b"4294967296", seeded.randbytes(3)])
                  for _ in range(seeded.randrange(7))]
        udp.socket.send(b"?".join([seeded.choice([b"a", b"b", b"c", b"d", b"e"]), *fields]))
    assert server.is_running()
    assert OldClient(server.udp).deliver(b"1:alive") == b"0?1"


def persistent(udp: roads.UDP, request: bytes, is_answer) -> bytes:
    """Asks until an answer comes that the caller takes: what a client on a bad network has to do."""
    udp.socket.settimeout(0.2)
    for _ in range(200):
        try:
            udp.socket.send(request)
            while not is_answer(answer := udp.socket.recv(2**16)):
                pass
            return answer
        except socket.timeout:
            pass
    raise AssertionError(f"no answer to {request[:40]!r} in 200 attempts")


def persistent_open(udp: roads.UDP) -> bytes:
    """A session whose number was not damaged on the way: a block with a wrong check gets its `y` there."""
    while True:
        sid = persistent(udp, b"a?1", re.compile(rb"0\?\d{10,19}\?1").fullmatch).split(b"?")[1]
        if persistent(udp, b"b?%s?0?9?1?0?x" % sid, lambda answer: answer[:1] in (b"y", b"z")) == b"y?0":
            return sid


def test_a_bad_network_loses_time_and_nothing_else(server, seeded):
    """Loss, delay, reordering, doubles, cuts and flipped bits: with checks the message arrives once and identical."""
    body = seeded.randbytes(60_000)
    weather = {"loss": 0.1, "delay": 0.01, "jitter": 0.01, "reorder": 0.05, "duplicate": 0.1, "truncate": 0.05, "corrupt": 0.05}
    with LossyRelay(server.address("udp"), seed=seeded.randrange(2**32), **weather) as relay:
        udp = roads.UDP(relay.address)
        sid = persistent_open(udp)
        parts = blocks_of(wire.publish_with(body, request="bad network"), 1_000)
        for index, part in enumerate(parts):
            block = b"b?%s?%d?%d?%d?%x?" % (sid, index, len(parts), len(part), crc32c(part)) + part
            persistent(udp, block, re.compile(rb"0\?\d+\?%d" % index).fullmatch)
        persistent(udp, b"c?" + sid, lambda answer: answer == b"0?1")
        udp.close()
    assert wire.got(server.tcp.ask(b"3:1")).text == body
    assert server.udp.ask(b"2:0") == b"0:1"
