"""Bad input is part of the format: every malformed request has its answer, on both roads, and changes nothing."""

import pytest

import wire

UNREADABLE_HEADER = {
    "empty": b"",
    "a code alone": b"1",
    "another code alone": b"4",
    "a colon alone": b":",
    "no colon": b"hello",
    "two digits before the colon": b"12:5",
    "white space before the code": b" 1:x",
    "a line end alone": b"\n",
    "a zero byte": b"\0",
    "the colon too late": b"1 :x",
    "a code above ASCII": "é:x".encode(),
}

UNREADABLE_NUMBER = {
    f"{code.decode()}: {name}": code + b":" + number
    for code in (b"2", b"3", b"4", b"6")
    for name, number in {
        "nothing": b"",
        "a space": b" ",
        "a word": b"ten",
        "a fraction": b"1.5",
        "an exponent": b"1e3",
        "hexadecimal": b"0x10",
        "two numbers": b"1 2",
        "two signs": b"--1",
        "a sign alone": b"-",
        "an Arabic digit": "١".encode(),
        "a zero byte after it": b"1\0",
        "letters after it": b"1abc",
        "not UTF-8": b"\xff",
    }.items()
}

UNREADABLE_SUFFIX = {
    "2 with a board": b"2:1:public",
    "4 with a board": b"4:1:public",
    "3 with an unknown word": b"3:1:records",
    "3 with an empty word": b"3:1:",
    "3 with a word too many": b"3:1:record:record",
    "6 with a space in the board": b"6:1:no such",
    "6 with a slash in the board": b"6:1:a/b",
    "6 with a colon in the board": b"6:1:a:b",
}

UNREADABLE_FIELDS = {
    "no field": b"7:",
    "one field": b"7:cHVibGlj",
    "one colon short": b"7::::",
    "board not base64": b"7:!!!!::::body",
    "author not base64": b"7::!!!!:::body",
    "request id not base64": b"7:::!!!!::body",
    "attributes not base64": b"7::::!!!!:body",
    "author not UTF-8": wire.publish_with(b"body", author=b"\xff\xfe"),
    "board with a space": wire.publish_with(b"body", board="no such"),
    "board with a slash": wire.publish_with(b"body", board="../public"),
    "board beyond ASCII": wire.publish_with(b"body", board="börd"),
    "board with a line end": wire.publish_with(b"body", board="public\n"),
    "attributes not JSON": wire.publish_with(b"body", attributes="title"),
    "attributes cut short": wire.publish_with(b"body", attributes='{"title":"x"'),
    "attributes an array": wire.publish_with(b"body", attributes='["title"]'),
    "attributes a string": wire.publish_with(b"body", attributes='"title"'),
    "an attribute that is a number": wire.publish_with(b"body", attributes='{"priority":1}'),
    "an attribute that is null": wire.publish_with(b"body", attributes='{"title":null}'),
    "an attribute that is an object": wire.publish_with(b"body", attributes='{"title":{"en":"x"}}'),
    "attributes not UTF-8": wire.publish_with(b"body", attributes=b'{"title":"\xff"}'),
    "attributes nested deep": wire.publish_with(b"body", attributes="[" * 5000 + "]" * 5000),
}

BAD_FORMAT = UNREADABLE_HEADER | UNREADABLE_NUMBER | UNREADABLE_SUFFIX | UNREADABLE_FIELDS

UNKNOWN_CODE = {f"code {code}": f"{code}:1".encode() for code in "0589ZAz?;*"} | {"code and no payload": b"9:"}


def ask_and_look(server, road: str, request: bytes) -> tuple[bytes, bool]:
    """The answer, and whether the board is the same afterwards."""
    client = server.client(road)
    before = client.ask(b"2:0")
    answer = client.ask(request)
    return answer, client.ask(b"2:0") == before


@pytest.mark.parametrize("request_bytes", BAD_FORMAT.values(), ids=BAD_FORMAT)
def test_what_cannot_be_read_is_answered_1(shared_server, road, request_bytes):
    """`1` and nothing else, and nothing is published."""
    assert ask_and_look(shared_server, road, request_bytes) == (b"1", True)


@pytest.mark.parametrize("request_bytes", UNKNOWN_CODE.values(), ids=UNKNOWN_CODE)
def test_an_unknown_code_is_answered_3(shared_server, road, request_bytes):
    """`3` and nothing else, and nothing is published."""
    assert ask_and_look(shared_server, road, request_bytes) == (b"3", True)


@pytest.mark.parametrize("code", [b"2", b"3", b"4", b"6"])
@pytest.mark.parametrize("number", [b"9223372036854775808", b"-9223372036854775809", b"9" * 30, b"0" * 5000 + b"1"])
def test_a_number_out_of_range_has_an_answer(shared_server, road, code, number):
    """Too large for the server's integers: an answer of the table, no crash. Leading zeros may be read or not."""
    answer, unchanged = ask_and_look(shared_server, road, code + b":" + number)
    assert unchanged and answer in (b"0", b"0:", b"1", b"2", b"6")


@pytest.mark.parametrize("letter", [b"a", b"b", b"c", b"d", b"e"])
def test_first_bytes_of_other_protocols_have_an_answer(shared_server, road, letter):
    """The letters of sessions, unfinished: never silence, and never a publication."""
    answer, unchanged = ask_and_look(shared_server, road, letter + b":1")
    assert unchanged and answer
