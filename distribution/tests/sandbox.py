"""Runs programs without network, as nobody, with an empty home and what the system brings."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from distribution.places import ROOT

OLD_RECORDING = ROOT / "tests/fixtures/recordings/schema-1.db.gz"
NOBODY = 65534
_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"

# Nobody may not go through the home of whoever installed a Python there: that is covered, and the
# Python laid over it in its own place.
_ENTER = """\
set -e
ip link set lo up
covered=$1 shown=$2 home=$3
shift 3
if [ "$covered" ]; then
  mount --bind "$shown" /mnt
  mount -t tmpfs -o mode=755 tmpfs "$covered"
  mkdir -p "$shown"
  mount --move /mnt "$shown"
fi
cd "$home"
exec setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs -- "$@"
"""


def alone(home: Path, words: list[str], *, reach: Path | None = None) -> list[str]:
    """The words that run others so; ``reach`` is a folder that they must be able to read."""
    covered = next((one for one in reversed(reach.parents) if not _open(one)), "") if reach else ""
    variables = {"HOME": str(home), "LANG": "C", "PATH": _PATH, "TERM": "xterm-256color"}
    given = [f"{name}={value}" for name, value in variables.items()]
    return ["env", "-i", *given,
            "unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc",
            "sh", "-c", _ENTER, "sandbox", str(covered), str(reach or ""), str(home), *words,
            ]  # fmt: skip


def run(words: list[str]) -> str:
    """Run to the end; what it printed."""
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=540)
    assert done.returncode == 0, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@contextmanager
def public_folder() -> Iterator[Path]:
    """A folder that all can read, unlike those of pytest, and nobody but root can write."""
    folder = Path(tempfile.mkdtemp(prefix="wallboard-forms-", dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def home_in(folder: Path, name: str) -> Path:
    """An empty home of nobody."""
    home = folder / name
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    return home


def files_in(folder: Path) -> set[str]:
    """Everything in a folder that is no folder."""
    return {str(one.relative_to(folder)) for one in folder.rglob("*") if not one.is_dir()}


def _open(folder: Path) -> bool:
    return bool(folder.stat().st_mode & 0o001)
