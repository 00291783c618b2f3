"""Processes that write one ledger at once, and are killed in the middle of it."""

import asyncio
import random
import signal
import sqlite3
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from ledger_rows import kept

from wallboard.domain.ledger_row import RowKind

PROGRAM = Path(__file__).parents[1] / "programs" / "append_rows.py"
WRITERS = ("ana@jump1", "ben@jump2", "eva@jump3")
ROWS = 60


async def appending(path, who, most=0):
    return await asyncio.create_subprocess_exec(
        sys.executable, PROGRAM, path, who, str(most), stdout=asyncio.subprocess.PIPE
    )


def whole(path):
    """The rows of a ledger that SQLite itself finds intact."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    return kept(path)


async def test_writers_at_once_begin_one_ledger_and_lose_nothing(tmp_path):
    path = tmp_path / "prod.ledger"
    writers = [await appending(path, who, ROWS) for who in WRITERS]
    for writer in writers:
        await writer.communicate()
        assert writer.returncode == 0
    assert [one.name for one in tmp_path.iterdir()] == ["prod.ledger"]
    kinds = Counter((row.kind, row.who) for row in whole(path))
    assert kinds == {(RowKind.RAISED, ""): ROWS} | {(RowKind.NOTE, who): ROWS for who in WRITERS}, (
        "each alarm once, and each note"
    )


@pytest.mark.parametrize("seed", range(4))
async def test_killed_at_any_moment_no_row_that_was_confirmed_is_lost(tmp_path, seed):
    chance = random.Random(seed)
    path = tmp_path / "prod.ledger"
    confirmed = Counter()
    for round_ in range(4):
        writers = {who: await appending(path, f"{who}-{round_}") for who in WRITERS}
        for writer in writers.values():
            await writer.stdout.readline()  # it has begun
        await asyncio.sleep(chance.random() * 0.1)
        for who, writer in writers.items():
            writer.kill()
            lines = (await writer.stdout.read()).split(b"\n")[:-1]
            assert await writer.wait() == -signal.SIGKILL
            confirmed[f"{who}-{round_}"] = max([1, *map(int, lines)])
        found = Counter(row.who for row in whole(path) if row.kind is RowKind.NOTE)
        for who, count in confirmed.items():
            assert found[who] in {count, count + 1}, who
        once = Counter(row.onset for row in kept(path) if row.kind is RowKind.RAISED)
        assert set(once.values()) == {1}
