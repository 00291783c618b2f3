"""A ledger on a small disk that is full, and has room again."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[1] / "programs" / "fill_ledger_disk.py"


@pytest.mark.parametrize(("state", "left"), [("begun", 0), ("begun", 3), ("new", 0), ("new", 4)])
async def test_on_a_full_disk_it_is_said_and_what_waits_is_written_later(
    tmp_path, with_a_disk, state, left
):
    child = await asyncio.create_subprocess_exec(
        *with_a_disk, sys.executable, PROGRAM, tmp_path, state, str(left),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await child.communicate()
    assert child.returncode == 0
    found = json.loads(output)
    assert found["why"] == ["the disk is full", ""]
    begun = state == "begun"
    assert found["read"] == ["2", "3"]
    assert found["kept"] == (["1"] if begun else []) + ["2", "3"]
    assert found["files"] == ["ballast"] + (["prod.ledger"] if begun else [])
