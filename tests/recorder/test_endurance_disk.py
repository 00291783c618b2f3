"""A recorder on a small disk that is full, and has room again."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parent / "programs" / "fill_disk.py"
ALONE = ["unshare", "--user", "--map-root-user", "--mount"]
"""Where anybody may mount, and nobody else sees it."""


@pytest.fixture(scope="module")
def with_a_disk(tmp_path_factory):
    """The words before a command that is to mount a disk of its own."""
    folder = str(tmp_path_factory.mktemp("disk"))
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]
    why = []
    for words in (ALONE, ["unshare", "--mount"]):
        try:
            tried = subprocess.run([*words, *mount], check=False, capture_output=True, text=True)
        except OSError as error:
            why.append(str(error))
            continue
        if tried.returncode == 0:
            return words
        why.append(tried.stderr.strip())
    pytest.skip(f"no disk can be mounted here: {'; '.join(why)}")


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
