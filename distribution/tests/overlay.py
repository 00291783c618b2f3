"""A machine of its own, as far as packages and systemd can tell: this one, whose changes vanish."""

import shutil
from pathlib import Path

from distribution.tests.sandbox import run

_HERE = Path(__file__).parent

# The control group is made by hand, for systemd leaves its own behind.
_GROUPED = """\
set -e
mount -t cgroup2 cgroup2 /mnt
group=/mnt/wallboard-$$
mkdir $group
echo $$ >$group/cgroup.procs
unshare --mount --net --pid --cgroup --ipc --uts --fork --kill-child sh "$@" && status=0 ||
  status=$?
echo $$ >/mnt/cgroup.procs
find $group -depth -type d -exec rmdir {} +
exit $status
"""


def run_as_machine(place: Path, script: str, *files: Path) -> str:
    """Run a script of this folder as the first process of one; what it printed.

    ``place`` is an empty folder; the script and ``files`` lie in its ``srv``, which is ``/srv``
    there and outlives it.
    """
    for path in (place / "machine", place / "srv"):
        path.mkdir()
    for file in (_HERE / script, *files):
        shutil.copy(file, place / "srv")
    words = [str(_HERE / "overlay.sh"), str(place), script]
    return run(["unshare", "--mount", "sh", "-c", _GROUPED, "sh", *words])
