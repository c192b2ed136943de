"""Waiting for a condition instead of for a time."""

import time
from collections.abc import Callable


def eventually(condition: Callable[[], object], what: str, within: float = 15.0) -> object:
    """Polls until the condition holds and returns its value; fails with `what` when it never does."""
    deadline = time.monotonic() + within
    while True:
        if value := condition():
            return value
        assert time.monotonic() < deadline, f"{what}: not so within {within:.0f} s"
        time.sleep(0.005)
