"""What ends a comparison, in words for the person who started it."""


class PeerError(Exception):
    """Something needed for the comparison is missing or failed; the text says what to do."""
