"""What a ledger holds, of one writer and of several."""

import math
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger_rows import SALES, SERVER, START, kept, raised, said, writer_of, written

from wallboard.domain.ledger_order import content
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind
from wallboard.domain.policy import Level
from wallboard.recorder.ledger.reader import PAGE, LedgerReader
from wallboard.recorder.ledger.writer import LedgerWriter
from wallboard.recorder.paths import RecordingFile, ledger_file, ledger_path

TEXTS = st.text(st.characters(codec="utf-8"), max_size=50)
MOMENTS = st.integers(0, 4_000_000_000_000).map(lambda ms: ms / 1000)
KEYS = st.none() | st.builds(AlarmKey, TEXTS, st.none() | st.integers(0, 10**9))
ROWS = st.builds(
    LedgerRow,
    at=MOMENTS,
    kind=st.sampled_from(RowKind),
    key=KEYS,
    onset=st.none() | MOMENTS,
    level=st.none() | st.sampled_from(Level),
    verdict=TEXTS,
    who=TEXTS,
    text=TEXTS,
    until=st.none() | MOMENTS,
    notice=TEXTS,
    channel=TEXTS,
    board=TEXTS,
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "prod.ledger"


@given(row=ROWS)
def test_whatever_a_row_says_is_read_as_it_was_written(tmp_path_factory, row):
    path = tmp_path_factory.mktemp("one") / "prod.ledger"
    written(path, row)
    assert kept(path) == [replace(row, number=1)]


@pytest.mark.parametrize(
    ("recording", "ledger"),
    [
        ("prod.db", "prod.ledger"),
        ("prod", "prod.ledger"),
        ("prod.sqlite", "prod.sqlite.ledger"),
        (".db", ".db.ledger"),
    ],
)
def test_it_is_beside_the_recording(recording, ledger):
    assert ledger_path(Path("/srv", recording)) == Path("/srv", ledger)


@pytest.fixture
def umask():
    before = os.umask(0o027)
    yield 0o027
    os.umask(before)


@pytest.mark.parametrize("mode", [0o600, 0o666])
def test_it_may_be_used_by_whom_the_recording_may(tmp_path, umask, mode):
    place = ledger_file(RecordingFile(tmp_path / "prod.db", mode))
    writer = LedgerWriter(place)
    writer.append([raised(0)])
    for name in ("prod.ledger", "prod.ledger-wal", "prod.ledger-shm"):
        assert (tmp_path / name).stat().st_mode & 0o777 == mode & ~umask
    writer.close()
    assert [one.name for one in tmp_path.iterdir()] == ["prod.ledger"]


def test_two_writers_never_make_two_raised_of_one_onset(path):
    one, other = writer_of(path), writer_of(path)
    one.append([raised(0)])
    # By rules of another board, or of a clock that differs by less than recordings know.
    other.append([raised(0, after=60), replace(raised(0), onset=START + 0.0001), raised(500)])
    one.append([raised(500), raised(0, SERVER)])
    assert [(row.key, row.onset) for row in kept(path)] == [
        (SERVER, START),
        (SALES, START),
        (SALES, START + 500),
    ]


def test_of_two_raised_of_one_onset_the_earlier_stays_and_is_told_as_new(path):
    writer, late = writer_of(path), raised(0, after=60)
    writer.append([late, said(RowKind.NOTE, 5)])
    with LedgerReader(path) as reader:
        reader.read_update(START)
        assert writer.append([raised(0)]) == 1
        assert writer.append([late, raised(0)]) == 0
        assert [(row.at, row.number) for row in reader.read_update(START).rows] == [(START + 30, 3)]
    assert kept(path) == [replace(said(RowKind.NOTE, 5), number=2), replace(raised(0), number=3)]


def test_two_who_acknowledge_in_one_moment_both_stand_in_an_order_that_all_agree_on(path):
    one, other = writer_of(path), writer_of(path)
    one.append([said(RowKind.ACKNOWLEDGED, 40, 0, who="ben@jump2")])
    other.append([said(RowKind.ACKNOWLEDGED, 40, 0)])
    assert [row.who for row in kept(path)] == ["ana@jump1", "ben@jump2"]


def test_what_was_written_once_is_not_written_again(path):
    rows = [raised(0), said(RowKind.ACKNOWLEDGED, 40, 0), said(RowKind.NOTE, 50, key=None)]
    written(path, *rows)
    written(path, *rows, said(RowKind.NOTE, 50, key=None, text="another"))
    assert [row.text for row in kept(path)] == ["", "on it", "another", "on it"]


def test_what_happens_more_than_once_to_an_alarm_is_there_each_time(path):
    expired = replace(raised(0), kind=RowKind.UNACKNOWLEDGED)
    written(path, expired, replace(expired, at=expired.at + 60))
    assert len(kept(path)) == 2


def test_rows_are_in_the_order_of_time_however_many(path):
    rows = [said(RowKind.NOTE, at % 7, text=str(at)) for at in range(2 * PAGE + 3)]
    written(path, *rows)
    found = kept(path)
    assert len(found) == len(rows)
    assert found == sorted(found, key=content)
    with LedgerReader(path) as reader:
        assert {row.at for row in reader.rows(START + 2, START + 3)} == {START + 2, START + 3}


def test_who_reads_is_told_of_what_is_new_and_of_nothing_twice(path):
    writer = writer_of(path)
    writer.append([raised(0)])
    with LedgerReader(path) as reader:
        first = reader.read_update(START)
        assert first.whole
        assert [row.kind for row in first.rows] == [RowKind.RAISED]
        assert reader.read_update(START).rows == ()
        writer.append([said(RowKind.NOTE, 50, text=str(n)) for n in range(PAGE + 5)])
        told = [reader.read_update(START).rows for _ in range(3)]
        assert [len(rows) for rows in told] == [PAGE, 5, 0]
        writer.close()  # which takes the log away
        written(path, raised(900))
        assert [row.onset for row in reader.read_update(START).rows] == [START + 900]


def test_a_file_in_the_place_of_another_is_told_as_a_whole(path, tmp_path):
    written(path, raised(0), raised(100))
    with LedgerReader(path) as reader:
        reader.read_update(START)
        other = tmp_path / "other.ledger"
        written(other, raised(700))
        other.replace(path)
        update = reader.read_update(START)
        assert update.whole
        assert [row.onset for row in update.rows] == [START + 700]


DAY = 86_400.0


def test_what_matters_at_a_moment_is_the_last_alarm_of_each_its_shelves_and_the_last_day(path):
    shelved = said(RowKind.SHELVED, -9 * DAY, key=AlarmKey("lab", 7), until=START + 9 * DAY)
    matters = [
        shelved,
        replace(raised(-8 * DAY), kind=RowKind.SEEING, key=None),
        replace(raised(-5 * DAY), kind=RowKind.BLIND, key=None),
        raised(-3 * DAY),
        said(RowKind.ACKNOWLEDGED, -2 * DAY, -3 * DAY),
        said(RowKind.NOTE, -0.5 * DAY, key=None),
    ]
    gone_by = [
        raised(-8 * DAY),
        said(RowKind.ACKNOWLEDGED, -8 * DAY, -8 * DAY),
        replace(raised(-9 * DAY), kind=RowKind.BLIND, key=None),
        said(RowKind.NOTE, -4 * DAY, key=None),
    ]
    later = [raised(10), said(RowKind.NOTE, 20, key=None)]
    written(path, *sorted([*gone_by, *matters], key=lambda row: row.at), *later)
    with LedgerReader(path) as reader:
        then = [replace(row, number=0) for row in reader.rows_at(START)]
        assert then == sorted(matters, key=lambda row: row.at)
        now = [
            row.onset for row in reader.read_update(START + 30).rows if row.kind is RowKind.RAISED
        ]
        assert now == [START + 10], "of an alarm only what was since it was raised last"


def test_the_oldest_rows_are_deleted_and_no_number_is_given_twice(path):
    writer = writer_of(path)
    writer.append([raised(0), raised(100), raised(200)])
    writer.trim(START + 150)
    assert [row.onset for row in kept(path)] == [START + 200]
    writer.trim(math.inf)
    writer.append([raised(300)])
    assert [row.number for row in kept(path)] == [3, 4]
