"""The programs that build: in an environment of their own, at the versions and hashes pinned."""

import shutil
import subprocess
import sys
from pathlib import Path

from distribution.places import BUILD, ROOT, TOOLS, reproducible

_FOLDER = BUILD / "tools"


def tools() -> Path:
    """The folder of the programs, installed if they are not, or not as pinned."""
    taken, pinned = _FOLDER / "taken.txt", TOOLS.read_text()
    if not taken.is_file() or taken.read_text() != pinned:
        shutil.rmtree(_FOLDER, ignore_errors=True)
        run(sys.executable, "-m", "venv", str(_FOLDER))
        run(*pip(), "install", "--require-hashes", "-r", str(TOOLS))
        taken.write_text(pinned)
    return _FOLDER / "bin"


def pip() -> tuple[str, ...]:
    """The words that run the pip of the tools, quietly."""
    return (str(_FOLDER / "bin" / "python"), "-m", "pip", "-q", "--disable-pip-version-check")


def run(*words: str, cwd: Path = ROOT) -> str:
    """Run a program reproducibly and return what it printed; if it fails, show it and end."""
    command = " ".join(words[:4])
    done = subprocess.run(
        words, cwd=cwd, env=reproducible(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}\n`{command} …` failed with {done.returncode}")
    return done.stdout
