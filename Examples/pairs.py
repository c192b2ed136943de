"""What the checks of two examples share: which pairs of programs are run, and what is said of each."""

import sys
from collections.abc import Callable


def check(there: dict[str, tuple], run: Callable[..., str | None]) -> int:
    """Runs the pairs that the command line names, or all, and gives the exit code.

    `run` gets a pair's values, and whether to show what is printed; it says what is wrong with the pair.
    """
    show = "--show" in sys.argv
    names = [name for name in sys.argv[1:] if not name.startswith("--")] or list(there)
    if unknown := [name for name in names if name not in there]:
        print(f"no such pair: {', '.join(unknown)}; there are {', '.join(there)}", file=sys.stderr)
        return 64
    failures = 0
    for name in names:
        problem = run(*there[name], show)
        print(f"{'DIFFERENT' if problem else 'as it should be'}  {name}" + (f"\n{problem}" if problem else ""), flush=True)
        failures += problem is not None
    return 1 if failures else 0
