"""Writes a ledger on a small disk of its own that is full at times; prints what came of it as JSON.

To be run where it may mount. Arguments: an empty folder, whether there is a ledger before the disk
is full (``begun`` or ``new``), and how many pages of the disk are left all the same.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))

from ledger_rows import START, kept, said
from programs.fill_disk import fill

from wallboard.domain.ledger_row import LedgerRow, RowKind
from wallboard.recorder.ledger.tap import LedgerTap
from wallboard.recorder.paths import RecordingFile

DISK_BYTES = 1 << 20
LONG = 30_000
"""Characters of a note, so that it does not fit into a page that is left."""


def note(number: int) -> LedgerRow:
    """A long one."""
    return said(RowKind.NOTE, float(number), text=str(number) * LONG)


def main(folder: str, state: str, left: str) -> None:
    """Print what was said while the disk was full, and which notes were kept at the end."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", folder]
    subprocess.run(mount, check=True)
    path, ballast = Path(folder) / "prod.ledger", Path(folder) / "ballast"
    tap = LedgerTap(RecordingFile(path), clock=lambda: START)
    if state == "begun":
        assert not tap.exchange([note(1)]).unwritten
    fill(ballast, int(left))
    full = tap.exchange([note(2)], keep_days=1.0)
    files = sorted(one.name for one in Path(folder).iterdir() if "-" not in one.name)
    os.truncate(ballast, 0)
    after = tap.exchange([note(2), note(3)], keep_days=1.0)
    tap.close()
    print(
        json.dumps(
            {
                "why": [full.unwritten, after.unwritten],
                "read": [row.text[:1] for row in after.update.rows],
                "files": files,
                "kept": [row.text[:1] for row in kept(path)],
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
