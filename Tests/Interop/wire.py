"""The board PDU (docs/protocols.md, section 1) as bytes: requests built, answers read.

Written from the protocol's text alone, so that a mistake in the server's codec is not repeated here.
"""

import base64
import json
from dataclasses import dataclass

UDP_PDU_LIMIT = 2**16 - 32

OK = b"0"
BAD_FORMAT = b"1"
NOT_FOUND = b"2"
UNKNOWN_CODE = b"3"
TOO_BIG = b"6"
REFUSED = b"8"
UNAVAILABLE = b"9"
ANSWER_CODES = b"0123468" + UNAVAILABLE


def publish(body: bytes) -> bytes:
    return b"1:" + body


def ids(count: int) -> bytes:
    return b"2:%d" % count


def get(identifier: int) -> bytes:
    return b"3:%d" % identifier


def record(identifier: int) -> bytes:
    return b"3:%d:record" % identifier


def last(count: int) -> bytes:
    return b"4:%d" % count


def records(count: int, board: str | None = None) -> bytes:
    return b"6:%d" % count if board is None else b"6:%d:%s" % (count, board.encode())


def encoded(field: str | bytes) -> bytes:
    return base64.b64encode(field.encode() if isinstance(field, str) else field)


def publish_with(
    body: bytes,
    board: str | bytes = "",
    author: str | bytes = "",
    request: str | bytes = "",
    attributes: dict | str | bytes = "",
) -> bytes:
    """Request 7. Attributes given as text go out as they are, so that broken JSON can be sent too."""
    if isinstance(attributes, dict):
        attributes = json.dumps(attributes)
    fields = [encoded(field) for field in (board, author, request, attributes)]
    return b"7:" + b":".join(fields) + b":" + body


def published_id(answer: bytes) -> int:
    """The id in the answer to request 7."""
    code, _, payload = answer.partition(b":")
    assert code == OK and payload.isdigit(), f"no id in {answer[:80]!r}"
    return int(payload)


def id_list(answer: bytes) -> list[int]:
    """The ids in the answer to request 2."""
    code, *rest = answer.split(b":")
    assert code == OK, f"no ids in {answer[:80]!r}"
    return [int(field) for field in rest]


@dataclass(frozen=True)
class Got:
    """The answer to request 3."""

    time: float
    ip: str
    port: int
    text: bytes


def got(answer: bytes) -> Got:
    code, time, ip, port, text = answer.split(b":", 4)
    assert code == OK, f"no message in {answer[:80]!r}"
    return Got(float(time), ip.decode(), int(port), text)


@dataclass(frozen=True)
class Record:
    """One record of the answers to request 6 and to `3:<id>:record`."""

    id: int
    time: float
    ip: str
    port: int
    board: str
    author: str
    attributes: dict
    body: bytes


def parse_record(line: bytes) -> Record:
    fields = [base64.b64decode(field, validate=True) for field in line.split(b",")]
    assert len(fields) == 8, f"a record has 8 fields, this one {len(fields)}: {line[:200]!r}"
    identifier, time, ip, port, board, author, attributes, body = fields
    return Record(
        int(identifier), float(time), ip.decode(), int(port), board.decode(), author.decode(),
        json.loads(attributes) if attributes else {}, body,
    )


def parse_records(answer: bytes) -> list[Record]:
    code, colon, payload = answer.partition(b":")
    assert code == OK and colon == b":", f"no records in {answer[:80]!r}"
    return [parse_record(line) for line in payload.split(b":")] if payload else []
