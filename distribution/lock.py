"""``make lock``: pins what is packed, and what packs it, with the hashes of every file of each."""

import os
import subprocess
import sys
from pathlib import Path

from distribution.places import HERE, REQUIREMENTS, ROOT, TOOLS

EXTRAS = ("calendar", "fleet", "metrics", "notify")


def main() -> None:
    """Write both files; the versions of what is packed are those of ``constraints.txt``."""
    extras = [word for extra in EXTRAS for word in ("--extra", extra)]
    _lock(REQUIREMENTS, "pyproject.toml", *extras)
    names = HERE / "tools.in"
    _lock(TOOLS, str(names.relative_to(ROOT)))


def _lock(into: Path, *words: str) -> None:
    subprocess.run(
        ["uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11",
         "--generate-hashes", "--no-annotate", "--custom-compile-command", "make lock",
         "--constraint", "constraints.txt", "--output-file", str(into), *words],
        cwd=ROOT, env=os.environ, check=True,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
