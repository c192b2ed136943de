"""Every field of request 7 has a limit: the longest that is taken, and one more, which is refused whole.

A field over its limit is answered `6` (too big); a board's name over 64 characters is no name at all, so `1`.
"""

import pytest

import wire

AUTHOR_BYTES = 256
REQUEST_ID_BYTES = 128
ATTRIBUTES = 32
ATTRIBUTE_NAME_BYTES = 64
ATTRIBUTE_VALUE_BYTES = 2048
ATTRIBUTES_BYTES = 8192
"""Of all names and values of a message together."""


def attributes_of(total: int) -> dict[str, str]:
    """Four attributes whose names and values have so many bytes together."""
    names = ["a", "b", "c", "d", "e"]
    sizes = [total // len(names)] * len(names)
    sizes[0] += total - sum(sizes)
    return {name: "v" * (size - len(name)) for name, size in zip(names, sizes, strict=True)}


AT_THE_EDGE = {
    "author": lambda extra: {"author": "a" * (AUTHOR_BYTES + extra)},
    "author in two-byte letters": lambda extra: {"author": "é" * (AUTHOR_BYTES // 2) + "x" * extra},
    "request id": lambda extra: {"request": "r" * (REQUEST_ID_BYTES + extra)},
    "attributes": lambda extra: {"attributes": {f"{n}": "" for n in range(ATTRIBUTES + extra)}},
    "an attribute's name": lambda extra: {"attributes": {"k" * (ATTRIBUTE_NAME_BYTES + extra): "v"}},
    "an attribute's value": lambda extra: {"attributes": {"k": "v" * (ATTRIBUTE_VALUE_BYTES + extra)}},
    "all attributes together": lambda extra: {"attributes": attributes_of(ATTRIBUTES_BYTES + extra)},
}


@pytest.mark.parametrize("fields", AT_THE_EDGE.values(), ids=AT_THE_EDGE)
def test_the_longest_field_is_taken_and_comes_back_whole(client, fields):
    """Exactly at the limit: published, and the record shows every byte of it."""
    sent = fields(0)
    identifier = wire.published_id(client.ask(wire.publish_with(b"body", **sent)))
    record = wire.parse_record(client.ask(wire.record(identifier)).removeprefix(b"0:"))
    assert (record.author, record.attributes) == (sent.get("author", ""), sent.get("attributes", {}))


@pytest.mark.parametrize("extra", [1, 2000])
@pytest.mark.parametrize("fields", AT_THE_EDGE.values(), ids=AT_THE_EDGE)
def test_a_longer_field_is_refused_and_nothing_is_published(client, fields, extra):
    """One more, and many more: `6`, never a message with a field cut short."""
    assert client.ask(wire.publish_with(b"body", **fields(extra))) == b"6"
    assert client.ask(b"2:0") == b"0"


@pytest.mark.parametrize("length", [65, 5000])
def test_a_longer_board_name_is_no_board_name(client, length):
    """Neither for publishing nor for reading."""
    name = "b" * length
    assert client.ask(wire.publish_with(b"body", name)) == b"1"
    assert client.ask(wire.records(0, name)) == b"1"


@pytest.mark.parametrize("name", ["author", "request", "attributes", "board"])
def test_a_field_of_a_mebibyte_is_refused(server, name):
    """Over TCP a field can be as long as a request: refused all the same, and the server goes on."""
    value = "x" * (1 << 20) if name != "attributes" else {"k": "v" * (1 << 20)}
    assert server.tcp.ask(wire.publish_with(b"body", **{name: value})) in (b"1", b"6")
    assert server.tcp.ask(b"2:0") == b"0"


def test_a_hundred_thousand_attributes_are_refused(server):
    """Many instead of long."""
    assert server.tcp.ask(wire.publish_with(b"body", attributes={str(n): "" for n in range(100_000)})) == b"6"
    assert server.tcp.ask(b"2:0") == b"0"


def test_an_attribute_without_a_name_is_unreadable(client):
    """It is not too big: `1`."""
    assert client.ask(wire.publish_with(b"body", attributes={"": "v"})) == b"1"
    assert client.ask(b"2:0") == b"0"
