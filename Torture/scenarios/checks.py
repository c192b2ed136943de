"""The verifier is shown a good board and then damaged ones; it must pass the first and object to all others."""

import copy
import time
from dataclasses import replace

from ..publication import Author
from ..readback import Snapshot
from ..report import Outcome
from ..verify import Findings, judge
from ..wire import Record

MESSAGES = 30


def run(context) -> list[Outcome]:
    outcome = Outcome("checks")
    for name, damage in DAMAGES.items():
        publications, snapshot = good_board(context.random("checks"))
        damage(publications, snapshot)
        findings = judge(publications, snapshot)
        outcome.rounds += 1
        if bool(findings) != (damage is not nothing):
            complaint = f"the verifier says {findings.lines() or 'nothing'} about: {name}"
            outcome.findings.other.append(complaint)
            context.progress.say(f"checks: {complaint}")
    return [outcome]


def good_board(rng):
    author, publications, records = Author("checks", rng), [], []
    for number in range(1, MESSAGES + 1):
        publication = author.next()
        publication.sending()
        publication.ports.add(40_000 + number)
        publication.answered(b"0:%d" % number if publication.once else b"0")
        records.append(Record(number, f"{time.time():.6f}", "127.0.0.1", 40_000 + number, publication.board,
                              publication.author, publication.attributes, publication.body))
        publications.append(publication)
    return publications, snapshot_of(records)


def snapshot_of(records: list[Record]) -> Snapshot:
    boards = {board: [record for record in records if record.board == board] for board in ("public", "side")}
    by_id = {record.id: f"0:{record.time}:{record.ip}:{record.port}:".encode() + record.body for record in records}
    return Snapshot([record.id for record in boards["public"]], boards, by_id)


def damaged(change):
    """A damage to the list of public records, with requests 2 and 3 in agreement."""
    def apply(publications, snapshot):
        records = copy.copy(snapshot.records["public"])
        change(records)
        changed = snapshot_of(records + snapshot.records["side"])
        snapshot.listed, snapshot.records, snapshot.by_id = changed.listed, changed.records, changed.by_id
    return apply


def at(position: int, **changes):
    def change(records):
        records[position] = replace(records[position], **changes)
    return damaged(change)


def nothing(publications, snapshot):
    pass


def second_id(publications, snapshot):
    next(publication for publication in publications if publication.once).ids.add(1000)


def missing_in_list(publications, snapshot):
    snapshot.listed.pop(3)


def other_bytes_by_id(publications, snapshot):
    number = snapshot.listed[4]
    snapshot.by_id[number] = snapshot.by_id[number][:-1]


def not_found_by_id(publications, snapshot):
    snapshot.by_id[snapshot.listed[4]] = b"2"


def id_given_again(publications, snapshot):
    first, second = [publication for publication in publications if publication.once][:2]
    second.ids = set(first.ids)


DAMAGES = {
    "a good board": nothing,
    "an acknowledged message is missing": damaged(lambda records: records.pop(5)),
    "the newest message is missing": damaged(lambda records: records.pop()),
    "a message is there twice": damaged(lambda records: records.append(replace(records[2], id=500))),
    "a body is cut short": at(3, body=b"checks/4\n"),
    "the time is wrong": at(3, time="1000000000.000000"),
    "the address is wrong": at(3, ip="127.0.0.2"),
    "the port is wrong": at(3, port=1),
    "the author is another": at(3, author="nobody"),
    "attributes are added": at(3, attributes={"a": "b"}),
    "two messages have changed places": damaged(lambda records: records.insert(4, records.pop(8))),
    "a request has two ids": second_id,
    "an id was given twice": id_given_again,
    "request 2 leaves one out": missing_in_list,
    "request 3 gives other bytes": other_bytes_by_id,
    "request 3 does not find a listed one": not_found_by_id,
}
