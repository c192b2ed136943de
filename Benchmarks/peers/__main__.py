"""Measures the rows asked for and prints the table."""
import json
import pathlib
import sys
import tempfile

from . import builds, machine, options, processes, rows, table
from .comparison import Comparison
from .errors import PeerError
from .progress import say

INTERRUPTED = 130
FAILED = 1


def measure(comparison):
    """The lines of all rows, each row after the other."""
    found = []
    for letter in comparison.options.only:
        found += rows.BY_LETTER[letter].lines(comparison)
    return found


def save(path, facts, comparison, lines):
    document = {
        "machine": facts,
        "rounds": comparison.options.rounds,
        "seconds": comparison.options.seconds,
        "table": [dict(zip(table.HEADINGS, (line.row, line.what, line.ours, line.peer, line.ratio, line.wanted,
                                            table.verdict(line), line.cpu))) for line in lines],
        "measurements": comparison.recorded,
    }
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    say(f"every number is in {path}")


def run(chosen):
    parent = chosen.directory or builds.BUILD_DIRECTORY
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="peers-", dir=parent) as directory:
        comparison = Comparison(chosen, pathlib.Path(directory))
        facts = machine.facts(comparison.directory)
        description = machine.describe(facts)
        say(description)
        lines = measure(comparison)
    print(f"{description}\nMedians of {chosen.rounds} rounds of {chosen.seconds:g} s, ours and the peer in turn.\n")
    print(table.render(lines))
    if chosen.json is not None:
        save(chosen.json, facts, comparison, lines)


def main():
    chosen = options.parse(sys.argv[1:])
    processes.end_in_order_when_signalled()
    try:
        run(chosen)
    except PeerError as error:
        say(f"bench-peers: {error}")
        return FAILED
    except KeyboardInterrupt:
        say("bench-peers: interrupted; everything it started is stopped")
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
