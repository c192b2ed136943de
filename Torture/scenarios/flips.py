"""Bits flip in the files of a store that is at rest: every message comes back exactly or is reported as damaged."""

import shutil
from collections import Counter

from .. import wire
from ..bases import Base, bases
from ..examine import examine
from ..report import Outcome
from ..server import EXIT_CORRUPT, EXIT_SYNC_FAILED, Refused
from ..story import Story
from ..verify import Findings

EXIT_INTERNAL = 70
ROUNDS_PER_LARGE_ONE = 8


def run(context) -> list[Outcome]:
    outcome, outcomes = Outcome("flips"), Counter()
    stores = bases(context)
    for base in stores:
        if not context.attempt(outcome, base.story, base.build):
            return [outcome]
        outcome.acknowledged += base.story.acknowledged
        outcome.rounds = 0
    small, large = stores[:-1], stores[-1]
    for number in range(context.count("FLIPS")):
        rng = context.random("flips", number)
        base = large if number % ROUNDS_PER_LARGE_ONE == ROUNDS_PER_LARGE_ONE - 1 else rng.choice(small)
        story = Story(context, "", context.workplace.root / "flips" / "damaged", rng)
        context.attempt(outcome, story, lambda: flip_round(story, base, outcomes))
        if outcome.hopeless:
            break
    outcome.note = ", ".join(f"{label} {count}" for label, count in outcomes.most_common())
    return [outcome]


def flip_round(story: Story, base: Base, outcomes: Counter) -> Findings:
    shutil.rmtree(story.data, ignore_errors=True)
    shutil.copytree(base.story.data, story.data)
    flip = base.chooser.choose(story.rng)
    flip.apply(story.data)
    try:
        findings, label = serve_damaged(story, base)
    except Refused as refusal:
        findings, label = judge_refusal(refusal)
    outcomes[label] += 1
    if findings:
        findings.other.append(f"store {base.name}, {flip}")
    return findings


def judge_refusal(refusal: Refused) -> tuple[Findings, str]:
    if refusal.code == EXIT_CORRUPT and refusal.words:
        return Findings(), "refused with 65"
    return Findings(other=[f"{refusal}; a damaged store is refused with {EXIT_CORRUPT} and words"]), "wrong exit"


def serve_damaged(story: Story, base: Base) -> tuple[Findings, str]:
    server = story.start()
    result = examine(server, base.pristine, story.rng)
    findings, label = result.findings, "reported" if result.reported else "all exact"
    if not server.running and server.process.returncode == EXIT_CORRUPT:
        return findings, "ended with 65"
    if not server.running:
        findings.other.append(f"the server died with {server.process.returncode}: {server.last_words()}")
    elif not findings and story.rng.random() < 0.3:
        findings.add(live_on(story, base))
    story.server.kill()
    return findings, label


def live_on(story: Story, base: Base) -> Findings:
    """Publishing, a stop and a start on the damaged store must not turn a report into a silence."""
    findings, added = Findings(), 0
    for _ in range(3):
        answer = wire.ask_tcp(story.server.tcp, wire.publish_once("", "", "", {}, b"after the damage"))
        added += answer.startswith(b"0:")
        if answer.startswith(b"0:") and int(answer[2:]) <= max(base.pristine.by_id):
            findings.doubled.append(f"the id {answer[2:].decode()} was given before the flip already")
    code = story.server.stop()
    if code not in (0, EXIT_CORRUPT, EXIT_INTERNAL, EXIT_SYNC_FAILED):
        findings.other.append(f"SIGTERM ended the server on a damaged store with {code}")
    try:
        findings.add(examine(story.start(), base.pristine, story.rng, added).findings)
    except Refused as refusal:
        findings.add(judge_refusal(refusal)[0])
    return findings
