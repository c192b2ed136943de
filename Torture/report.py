"""One line a scenario while it runs, a table at the end."""

import sys
from dataclasses import dataclass, field

from .verify import Findings


@dataclass
class Outcome:
    scenario: str
    rounds: int = 0
    acknowledged: int = 0
    findings: Findings = field(default_factory=Findings)
    note: str = ""
    skipped: bool = False
    must_lose: bool = False  # a negative control
    failed_rounds: int = 0
    noticed: int = 0  # refusals to start on a control's damaged store: a loss that was seen

    @property
    def good(self) -> bool:
        if self.skipped:
            return True
        if self.must_lose:
            return bool(self.findings.lost or self.noticed) and not self.findings.other
        return not self.findings

    @property
    def hopeless(self) -> bool:
        """Enough rounds have failed to know what is wrong."""
        return self.failed_rounds >= 3

    @property
    def verdict(self) -> str:
        if self.skipped:
            return "left out"
        if self.must_lose:
            return "loses, as it must" if self.good else "FAILED" if self.findings.other else "BLIND"
        return "ok" if self.good else "FAILED"

    def row(self) -> tuple:
        counts = (self.rounds, self.acknowledged, len(self.findings.lost), len(self.findings.doubled),
                  len(self.findings.torn))
        return (self.scenario, *(("-",) * 5 if self.skipped else counts), self.verdict)


HEADER = ("scenario", "rounds", "acknowledged", "lost", "doubled", "torn", "verdict")


def table(outcomes: list[Outcome]) -> str:
    rows = [HEADER] + [tuple(str(cell) for cell in outcome.row()) for outcome in outcomes]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    left = (0, len(HEADER) - 1)
    lines = []
    for row in rows:
        cells = [cell.ljust(width) if column in left else cell.rjust(width)
                 for column, (cell, width) in enumerate(zip(row, widths))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


class Progress:
    """Rewrites one line on a terminal; elsewhere only the summary of a scenario is printed."""

    def __init__(self, stream=sys.stderr):
        self.stream, self.live = stream, stream.isatty()

    def show(self, text: str) -> None:
        if self.live:
            print(f"\r\033[K{text[:110]}", end="", file=self.stream, flush=True)

    def say(self, text: str) -> None:
        self.show("")
        print(text, file=self.stream, flush=True)
