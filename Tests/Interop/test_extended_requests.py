"""Requests 6, 7 and `3:<id>:record`: everything of a message in, everything out again, unambiguously."""

import time

import pytest

import wire


def test_publish_with_everything_gives_the_id_and_keeps_every_field(client):
    """`7` answers `0:<id>`; `6` and `3:<id>:record` then show each field as it was sent."""
    attributes = {"title": "Grüße: an alle", "priority": "5", "tags": "a,b;c"}
    before = time.time()
    answer = client.ask(wire.publish_with(b"the body: with colons", "news", "Anna Müller", "r-1", attributes))
    port, after = client.port, time.time()
    identifier = wire.published_id(answer)
    assert answer == b"0:%d" % identifier

    record = wire.parse_record(client.ask(wire.record(identifier)).removeprefix(b"0:"))
    assert before - 0.001 <= record.time <= after + 0.001
    assert record == wire.Record(
        identifier, record.time, "127.0.0.1", port, "news", "Anna Müller", attributes, b"the body: with colons"
    )
    assert wire.parse_records(client.ask(wire.records(1, "news"))) == [record]


def test_everything_may_be_empty(client):
    """`7:::::` publishes an empty message to `public`, by nobody, with no attributes."""
    identifier = wire.published_id(client.ask(b"7:::::"))
    (record,) = wire.parse_records(client.ask(b"6:1"))
    assert (record.id, record.board, record.author, record.attributes, record.body) == (
        identifier, "public", "", {}, b"",
    )


def test_a_message_of_an_old_client_has_a_whole_record_too(client):
    """What came in by `1` comes out by `6` as a message of `public` without author and attributes."""
    client.ask(b"1:old style")
    port = client.port
    (record,) = wire.parse_records(client.ask(b"6:0"))
    assert (record.ip, record.port, record.board, record.author, record.attributes, record.body) == (
        "127.0.0.1", port, "public", "", {}, b"old style",
    )


def test_records_and_old_answers_agree(client):
    """`6`, `3` and `3:<id>:record` tell the same id, time, address, port and body."""
    for number in range(10):
        client.ask(wire.publish_with(b"%d" % number, author=f"author {number}"))
    listed = wire.parse_records(client.ask(b"6:0"))
    assert [record.id for record in listed] == wire.id_list(client.ask(b"2:0"))
    for record in listed:
        assert client.ask(wire.record(record.id)).removeprefix(b"0:") in client.ask(b"6:0").split(b":")
        got = wire.got(client.ask(wire.get(record.id)))
        assert got == wire.Got(record.time, record.ip, record.port, record.body)


def test_records_hold_no_colon_and_no_line_end(client):
    """A client may split the answer at colons and a record at commas, whatever the fields hold."""
    body = b":,:\r\n" * 100 + bytes(range(256)) * 4
    client.ask(wire.publish_with(body, author="a,b:c\nd", attributes={"k:,\n": ":,\n"}))
    client.ask(b"1:second")
    payload = client.ask(b"6:0").removeprefix(b"0:")
    assert payload.count(b":") == 1 and b"\n" not in payload and payload.count(b",") == 14
    first, _ = (wire.parse_record(line) for line in payload.split(b":"))
    assert (first.body, first.author, first.attributes) == (body, "a,b:c\nd", {"k:,\n": ":,\n"})


def test_the_body_of_7_is_bytes(client):
    """The body is the only field that is not base64: any byte may stand in it."""
    body = bytes(range(256)) + b"::::"
    identifier = wire.published_id(client.ask(wire.publish_with(body)))
    assert wire.got(client.ask(wire.get(identifier))).text == body


@pytest.mark.parametrize("count", [1, 3, 7])
def test_the_last_n_records_are_the_newest_oldest_first(client, count):
    """`6:N` picks from the end and keeps the order."""
    for number in range(7):
        client.ask(b"1:%d" % number)
    bodies = [record.body for record in wire.parse_records(client.ask(wire.records(count)))]
    assert bodies == [b"%d" % number for number in range(7 - count, 7)]


def test_times_never_run_backwards_along_the_ids(client):
    """Ids and times tell the same order."""
    for number in range(200):
        client.ask(b"1:%d" % number)
    times = [record.time for record in wire.parse_records(client.ask(b"6:0"))]
    assert times == sorted(times)
