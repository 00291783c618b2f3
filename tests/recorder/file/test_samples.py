"""The samples of a segment: what is written is read, and what nobody writes does no harm."""

import json
import zlib
from array import array

from wallboard.recorder.file.samples import Columns, samples_bytes, samples_of


def columns(*times: float) -> Columns:
    figures = [array("d", [float(place) for place, _ in enumerate(times)]) for _ in range(3)]
    return Columns(array("d", times), *figures, bytearray(16 for _ in times))


def test_what_is_written_is_read_for_all_or_for_one():
    written = {3: columns(1.0, 2.0), 5: columns(3.0)}
    assert samples_of(samples_bytes(written)) == written
    assert samples_of(samples_bytes(written), 5) == {5: written[5]}


def test_entry_points_without_any_round_are_read_as_such():
    forged = zlib.compress(json.dumps([[1, 0], [2, 0]]).encode() + b"\n")
    assert samples_of(forged) == {1: Columns.empty(), 2: Columns.empty()}
