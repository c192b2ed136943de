"""SQLite by itself, as the most that the board's store could do."""
import json

from .board import BODY_BYTES
from .processes import output_of
from .samples import Sample

WARM_UP_SECONDS = 1
# What the board keeps of a request from its own client: an id of 16 bytes, and who sent it.
REQUEST_BYTES = 34


def load(program, directory, rows_per_transaction, seconds):
    """Writes rows into a fresh file on the board's disk for some seconds; a sample counts rows."""
    file = directory / "raw.sqlite"
    try:
        report = json.loads(output_of([program, str(file), "--rows-per-transaction", str(rows_per_transaction),
                                       "--seconds", str(seconds), "--warm-up", str(WARM_UP_SECONDS),
                                       "--size", str(BODY_BYTES), "--request-bytes", str(REQUEST_BYTES)]))
    finally:
        for suffix in ("", "-wal", "-shm"):
            file.with_name(file.name + suffix).unlink(missing_ok=True)
    return Sample(report["rows_per_second"], report["cpu_us_per_row"])
