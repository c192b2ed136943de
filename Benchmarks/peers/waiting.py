"""Waits for a real condition, with a deadline."""
import time

from .errors import PeerError
from .processes import tail_of_file


def until(condition, process, what, log, seconds=60, every=0.001):
    """Polls `condition` until it gives something true, and gives that back."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if process.poll() is not None:
            raise PeerError(f"{what} ended with {process.returncode} instead of getting ready:\n{tail_of_file(log)}")
        if time.monotonic() > deadline:
            raise PeerError(f"{what} was not ready within {seconds} s:\n{tail_of_file(log)}")
        time.sleep(every)
