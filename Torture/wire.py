"""The board's requests and answers, and one exchange of them over UDP and TCP.

Written from the description of the protocol alone, so that it shares no mistake with the server.
"""

import base64
import json
import select
import socket
import time
from dataclasses import dataclass

LONGEST_DATAGRAM = 2**16 - 32
PATIENCE = 5.0  # seconds without a byte until an answer counts as lost
GLANCE = 20  # milliseconds between looks at whether to give up


class NoAnswer(Exception):
    """The exchange broke off: refused, reset, silent or closed without an answer."""


class TooLate(NoAnswer):
    pass


# Sockets whose answer may still come: closed, their port would soon be another exchange's.
unanswered: list[socket.socket] = []


@dataclass(frozen=True)
class Record:
    """A message as request 6 tells it; the time stays text, so that no digit is lost in comparing."""

    id: int
    time: str
    ip: str
    port: int
    board: str
    author: str
    attributes: dict
    body: bytes


def encoded(text: str | bytes) -> bytes:
    return base64.b64encode(text.encode() if isinstance(text, str) else text)


def publish(body: bytes) -> bytes:
    return b"1:" + body


def publish_once(board: str, author: str, request: str, attributes: dict, body: bytes) -> bytes:
    described = json.dumps(attributes) if attributes else ""
    return b"7:" + b":".join([encoded(board), encoded(author), encoded(request), encoded(described), body])


def parse_ids(answer: bytes) -> list[int]:
    if answer == b"0":
        return []
    if not answer.startswith(b"0:"):
        raise ValueError(f"not a list of ids: {answer[:80]!r}")
    return [int(field) for field in answer[2:].split(b":")]


def parse_records(answer: bytes) -> list[Record]:
    if not answer.startswith(b"0:"):
        raise ValueError(f"not a list of records: {answer[:80]!r}")
    return [parse_record(field) for field in answer[2:].split(b":") if field]


def parse_record(text: bytes) -> Record:
    fields = [base64.b64decode(field, validate=True) for field in text.split(b",")]
    if len(fields) != 8:
        raise ValueError(f"a record of {len(fields)} fields instead of 8: {text[:80]!r}")
    number, moment, ip, port, board, author, attributes, body = fields
    return Record(int(number), moment.decode(), ip.decode(), int(port), board.decode(), author.decode(),
                  json.loads(attributes or b"{}"), body)


def parse_message(answer: bytes) -> tuple[str, str, int, bytes]:
    """Time, address, port and text of an answer to request 3."""
    if not answer.startswith(b"0:"):
        raise ValueError(f"not a message: {answer[:80]!r}")
    moment, ip, port, body = answer[2:].split(b":", 3)
    return moment.decode(), ip.decode(), int(port), body


def never() -> bool:
    return False


def ask_udp(address, request: bytes, give_up=never, on_port=None, patience: float = PATIENCE) -> bytes:
    """Every exchange has a socket of its own, so that a late answer cannot be taken for another request's."""
    channel = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        channel.connect(address)
        refuse_itself(channel)
        if on_port:
            on_port(channel.getsockname()[1])
        channel.send(request)
        await_readable(channel, give_up, time.monotonic() + patience)
        return channel.recv(2**16)
    except TooLate:
        unanswered.append(channel)
        raise
    except OSError as error:
        raise NoAnswer(f"udp: {error}") from error
    finally:
        if channel not in unanswered:
            channel.close()


def ask_tcp(address, request: bytes, give_up=never, on_port=None, patience: float = PATIENCE) -> bytes:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as channel:
        try:
            channel.settimeout(patience)
            channel.connect(address)
            refuse_itself(channel)
            if on_port:
                on_port(channel.getsockname()[1])
            channel.sendall(request)
            channel.shutdown(socket.SHUT_WR)
            answer = b"".join(chunks(channel, give_up, patience))
        except OSError as error:
            raise NoAnswer(f"tcp: {error}") from error
    if not answer:
        raise NoAnswer("tcp: closed without an answer")
    return answer


def refuse_itself(channel: socket.socket) -> None:
    """While a server is down the system may give its port to the client, which would then be answered by itself."""
    if channel.getsockname() == channel.getpeername():
        raise NoAnswer("nobody listens: the socket is connected to itself")


def chunks(channel: socket.socket, give_up, patience: float):
    while True:
        await_readable(channel, give_up, time.monotonic() + patience)
        chunk = channel.recv(2**18)
        if not chunk:
            return
        yield chunk


def await_readable(channel: socket.socket, give_up, deadline: float) -> None:
    waiting = select.poll()
    waiting.register(channel, select.POLLIN)
    while not waiting.poll(GLANCE):
        # One more look after giving up: an answer that is already here counts as acknowledged.
        if give_up() and not waiting.poll(0):
            raise NoAnswer("gave up")
        if time.monotonic() > deadline:
            raise TooLate("no answer in time")
