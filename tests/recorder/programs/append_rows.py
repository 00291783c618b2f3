"""Appends rows to a ledger until it is killed, or so many, and prints each that was confirmed.

Arguments: the ledger, the name of who writes, and how many rows (0: until it is killed).
"""

import sys
from itertools import count
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))

from ledger_rows import START, raised, said

from wallboard.domain.ledger_row import LedgerRow, RowKind
from wallboard.recorder.errors import RecordingError
from wallboard.recorder.ledger.writer import LedgerWriter
from wallboard.recorder.paths import RecordingFile

CLOSED_EACH = 7
"""Rows after which the file is let go of and opened anew."""


def confirm(writer: LedgerWriter, rows: list[LedgerRow]) -> None:
    """Write rows, however long others hold the file: a board tries again, too."""
    while True:
        try:
            return writer.append(rows)
        except RecordingError as error:
            if "locked" not in str(error):
                raise


def main(path: str, who: str, most: int) -> None:
    """Append; the alarms are the same for everybody, the notes are each one's own."""
    writer = LedgerWriter(RecordingFile(Path(path)), clock=lambda: START)
    for number in range(1, most + 1) if most else count(1):
        note = said(RowKind.NOTE, float(number), who=who, text=str(number))
        confirm(writer, [raised(float(number)), note])
        print(number, flush=True)
        if number % CLOSED_EACH == 0:
            writer.close()
    writer.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
