"""Judges what was read back against what was acknowledged."""

import time
from collections import defaultdict
from dataclasses import dataclass, field

from . import wire
from .publication import Publication
from .readback import Snapshot
from .wire import Record

CLOCK_SLACK = 1.0  # seconds: the server's and our own reading of the same clock


@dataclass
class Findings:
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.lost or self.doubled or self.torn or self.other)

    def add(self, more: "Findings") -> None:
        for name in ("lost", "doubled", "torn", "other"):
            getattr(self, name).extend(getattr(more, name))

    def lines(self, most: int = 8) -> list[str]:
        every = [(name, text) for name in ("other", "lost", "doubled", "torn") for text in getattr(self, name)]
        rest = [f"... and {len(every) - most} more"] if len(every) > most else []
        return [f"{name}: {text}" if name != "other" else text for name, text in every[:most]] + rest


def judge(publications: list[Publication], snapshot: Snapshot, check_times: bool = True) -> Findings:
    findings = Findings()
    found = match(publications, snapshot, findings)
    for publication in publications:
        records = found.get(publication, [])
        judge_presence(publication, records, findings)
        for record in records[:1]:
            judge_content(publication, record, check_times, findings)
        findings.other.extend(publication.complaints)
    judge_lists(snapshot, findings)
    judge_by_id(snapshot, findings)
    judge_order(publications, findings)
    return findings


def match(publications, snapshot: Snapshot, findings: Findings) -> dict[Publication, list[Record]]:
    by_body = {publication.body: publication for publication in publications}
    found = defaultdict(list)
    for record in snapshot.all_records():
        publication = by_body.get(record.body)
        if publication is None:
            shown = f"{record.body[:60]!r}, {len(record.body)} bytes"
            findings.torn.append(f"id {record.id} has a body nobody sent: {shown}")
        else:
            found[publication].append(record)
    return found


def judge_presence(publication: Publication, records: list[Record], findings: Findings) -> None:
    ids = {record.id for record in records}
    if publication.acknowledged and not ids:
        findings.lost.append(f"{publication}, acknowledged as {sorted(publication.ids) or 'published'}")
    if len(ids | publication.ids) > 1:
        findings.doubled.append(f"{publication} has the ids {sorted(ids | publication.ids)}, stored {sorted(ids)}")
    elif len(records) > 1:
        findings.doubled.append(f"{publication} is listed {len(records)} times as {sorted(ids)}")


def judge_content(publication: Publication, record: Record, check_times: bool, findings: Findings) -> None:
    sent = (publication.board, publication.author, publication.attributes)
    if (record.board, record.author, record.attributes) != sent:
        findings.torn.append(f"{publication} was sent with {sent} and came back as {record}"[:400])
    if record.ip != "127.0.0.1" or record.port not in publication.ports:
        findings.torn.append(f"{publication} came from ports {publication.ports}, stored {record.ip}:{record.port}")
    told = (record.time, record.ip, record.port)
    if publication.seen not in (None, told):
        findings.torn.append(f"{publication} was {publication.seen} when read first and is {told} now")
    publication.seen = told
    publication.ids.add(record.id)
    publication.known_at = publication.known_at or time.monotonic()
    if check_times:
        judge_time(publication, record, findings)


def judge_time(publication: Publication, record: Record, findings: Findings) -> None:
    latest = publication.acknowledged_wall if publication.acknowledged else float("inf")
    if not publication.sent_wall - CLOCK_SLACK <= float(record.time) <= latest + CLOCK_SLACK:
        findings.torn.append(
            f"{publication} has the time {record.time}, sent {publication.sent_wall:.6f}, acknowledged {latest:.6f}")


def judge_lists(snapshot: Snapshot, findings: Findings) -> None:
    public = [record.id for record in snapshot.records.get("public", [])]
    if snapshot.listed != public:
        differing = sorted(set(snapshot.listed) ^ set(public))
        findings.other.append(f"requests 2 and 6 list different ids: {differing[:10]}, or in another order")
    for board, records in snapshot.records.items():
        ids = [record.id for record in records]
        if ids != sorted(set(ids)) or any(number < 1 for number in ids):
            findings.other.append(f"the ids of board {board} do not increase strictly")
    every = [record.id for record in snapshot.all_records()]
    if len(every) != len(set(every)):
        findings.doubled.append("one id stands on two boards")


def judge_by_id(snapshot: Snapshot, findings: Findings) -> None:
    records = {record.id: record for record in snapshot.all_records()}
    for number, answer in snapshot.by_id.items():
        record = records.get(number)
        if record is None:
            if answer.startswith(b"0"):
                findings.torn.append(f"id {number} is in no list, but request 3 gives {answer[:60]!r}")
            continue
        try:
            told = wire.parse_message(answer)
        except ValueError as error:
            findings.lost.append(f"id {number} is listed, but request 3 gives {error}")
            continue
        if told != (record.time, record.ip, record.port, record.body):
            findings.torn.append(f"id {number} differs between requests 3 and 6: {answer[:60]!r}")


def judge_order(publications: list[Publication], findings: Findings) -> None:
    """What was known before another was even sent has the lower id: also across restarts, so no id comes again."""
    placed = [publication for publication in publications if publication.ids]
    known = sorted((p for p in placed if p.known_at is not None), key=lambda p: p.known_at)
    highest, position = None, 0
    for later in sorted(placed, key=lambda p: p.first_sent):
        while position < len(known) and known[position].known_at < later.first_sent:
            if highest is None or min(known[position].ids) > min(highest.ids):
                highest = known[position]
            position += 1
        if highest is not None and min(later.ids) <= min(highest.ids):
            findings.other.append(
                f"ids do not increase: {highest} has {highest.ids}, the later {later} has {later.ids}")
    owners = defaultdict(set)
    for publication in placed:
        for number in publication.ids:
            owners[number].add(publication)
    for number, several in owners.items():
        if len(several) > 1:
            findings.doubled.append(f"id {number} belongs to {' and '.join(map(str, several))}")
