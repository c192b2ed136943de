"""SIGTERM under load: the server finishes what is in hand and ends with 0; nothing acknowledged is lost."""

import time

from ..report import Outcome
from ..story import Story
from ..verify import Findings

LONGEST_LOAD = 0.1  # seconds from the first acknowledgement to the signal


def run(context) -> list[Outcome]:
    outcome = Outcome("stops")
    for number in range(context.count("STOPS")):
        data = context.workplace.directory("stops") / f"board-{number}"
        story = Story(context, context.title("stops", number), data, context.random("stops", number))
        context.attempt(outcome, story, lambda: stop_round(story))
        outcome.acknowledged += story.acknowledged
        if outcome.hopeless:
            break
    return [outcome]


def stop_round(story: Story) -> Findings:
    story.start()
    crowd = story.start_load(smallest_share=1)
    time.sleep(story.rng.uniform(0, LONGEST_LOAD))
    code, words = story.server.stop(), story.server.last_words()
    story.end(crowd, server_is_gone=True)
    story.start()
    findings = story.verify()
    story.server.kill()
    if code != 0:
        findings.other.append(f"SIGTERM under load ended the server with {code} instead of 0: {words}")
    return findings
