"""The wheelhouse: every wheel, the hashes they are held to, and a script that installs them."""

import re
import shutil
from pathlib import Path

from distribution.archive import tar_xz
from distribution.manual import write_manual
from distribution.places import BUILD, DIST, HERE, TOOLS, VERSION
from distribution.tools import pip, run
from distribution.wheels import libraries, pin_of, requirements, wheel


def build() -> list[Path]:
    """Lay everything in one folder, and pack it."""
    folder = BUILD / f"wallboard-{VERSION}-wheelhouse"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(libraries(), folder / "wheels", ignore=shutil.ignore_patterns("taken.txt"))
    ours = shutil.copy2(wheel(), folder / "wheels")
    _add_pip(folder / "pip")
    pinned = f"{requirements().read_text()}{pin_of(Path(ours))}"
    (folder / "requirements.txt").write_text(pinned)
    shutil.copy(HERE / "install.sh", folder)
    write_manual(folder / "man")
    return [tar_xz(folder, DIST / f"{folder.name}.tar.xz")]


def _add_pip(folder: Path) -> None:
    """Add the pip that installs: a Python of the distribution may come without one."""
    folder.mkdir()
    (pinned,) = re.findall(r"(?m)^pip==\S+ \\\n(?:    --hash=\S+(?: \\)?\n)+", TOOLS.read_text())
    wanted = BUILD / "pip.txt"
    wanted.write_text(pinned)
    run(*pip(), "download", "--no-deps", "--require-hashes", "--only-binary", ":all:",
        "-r", str(wanted), "-d", str(folder))  # fmt: skip
