"""Compares every answer of a server on a damaged store with those it gave before: exact, or reported, or a failure."""

from dataclasses import dataclass, field

from . import wire
from .publication import BOARDS
from .readback import ask
from .verify import Findings
from .wire import NoAnswer, Record

READ_BY_ID = 400  # of a large store a sample; the lists are read whole


@dataclass
class Pristine:
    """What the undamaged store answers."""

    listed: list[int]
    records: dict[str, list[Record]]
    by_id: dict[int, bytes]
    everything: bytes  # request 4

    @classmethod
    def read(cls, server) -> "Pristine":
        records = {board: wire.parse_records(ask(server, list_request(board))) for board in BOARDS}
        ids = [record.id for board in records.values() for record in board]
        by_id = {number: ask(server, b"3:%d" % number) for number in ids}
        return cls(wire.parse_ids(ask(server, b"2:0")), records, by_id, ask(server, b"4:0"))


@dataclass
class Examination:
    findings: Findings = field(default_factory=Findings)
    exact: int = 0
    reported: int = 0


def list_request(board: str) -> bytes:
    return b"6:0" + (b"" if board == "public" else b":" + board.encode())


def examine(server, pristine: Pristine, rng, added: int = 0) -> Examination:
    """`added`: so many messages may have come after the pristine ones."""
    result = Examination()
    compare_lists(server, pristine, added, result)
    sample = rng.sample(list(pristine.by_id.items()), min(len(pristine.by_id), READ_BY_ID))
    for number, before in sample:
        compare_message(number, before, answer_or_report(server, b"3:%d" % number), result)
    everything = answer_or_report(server, b"4:0")
    if everything is not None and not everything.startswith(pristine.everything):
        result.findings.torn.append("request 4 gives something else than before the flip")
    return result


def answer_or_report(server, request: bytes) -> bytes | None:
    """None when the answer is a report: code 9, or a list that is broken off by a reset, never by an orderly end."""
    try:
        answer = ask(server, request)
    except NoAnswer:
        return None
    return None if answer.startswith(b"9") else answer


def compare_lists(server, pristine: Pristine, added: int, result: Examination) -> None:
    listed = answer_or_report(server, b"2:0")
    if listed is not None:
        compare_ids("request 2", pristine.listed, wire.parse_ids(listed), added, result.findings)
    for board, before in pristine.records.items():
        answer = answer_or_report(server, list_request(board))
        if answer is None:
            continue
        try:
            now = wire.parse_records(answer)
        except ValueError as error:
            result.findings.torn.append(f"request 6 for board {board} ends in the middle, yet in good order: {error}")
            continue
        compare_ids(f"request 6 for board {board}", [record.id for record in before], [record.id for record in now],
                    added, result.findings)
        known = {record.id: record for record in before}
        for record in now:
            if known.get(record.id, record) != record:
                result.findings.torn.append(f"request 6 gives {record}, before the flip {known[record.id]}"[:500])


def compare_ids(what: str, before: list[int], now: list[int], added: int, findings: Findings) -> None:
    missing = sorted(set(before) - set(now))
    strange = sorted(set(now) - set(before))
    if missing:
        findings.lost.append(f"{what} silently leaves out the ids {missing[:10]} ({len(missing)})")
    if len(strange) > added or any(number <= max(before, default=0) for number in strange):
        findings.torn.append(f"{what} lists ids that were never given: {strange[:10]}")


def compare_message(number: int, before: bytes, now: bytes | None, result: Examination) -> None:
    if now is None:
        result.reported += 1
    elif now == before:
        result.exact += 1
    elif now.startswith(b"0"):
        result.findings.torn.append(f"id {number} is {now[:80]!r} now and was {before[:80]!r}")
    else:
        result.findings.lost.append(f"id {number} is answered {now[:80]!r} instead of the message or 9")
