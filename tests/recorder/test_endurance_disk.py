"""A recorder on a small disk that is full, and has room again."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parent / "programs" / "fill_disk.py"


@pytest.mark.parametrize(
    ("full", "pages_left"),
    # With some pages left it is another step of the opening that fails.
    [("begun", 0), ("begun", 7), ("opening", 0), ("opening", 4), ("opening", 8), ("opening", 20)],
)
async def test_on_a_full_disk_recording_goes_on_in_memory_and_loses_nothing(
    tmp_path, with_a_disk, full, pages_left
):
    child = await asyncio.create_subprocess_exec(
        *with_a_disk, sys.executable, PROGRAM, tmp_path, full, str(pages_left),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await child.communicate()
    assert child.returncode == 0
    found = json.loads(output)
    assert "the disk is full" in found["problem"]
    assert "Retrying" in found["problem"]
    assert found["told_when_full"] < found["told"]
    assert found["kept"] == [found["told"], found["told"]]
