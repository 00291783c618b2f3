"""The zipapp: one executable file for every Python, made by shiv."""

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from distribution.places import BUILD, DIST, HERE, VERSION, epoch
from distribution.site_folder import site_folder
from distribution.tools import run, tools

_BEGIN = HERE / "zipapp_start"


def build() -> list[Path]:
    """Have shiv pack it, then put our own beginning in the place of shiv's."""
    packed = BUILD / "shiv.pyz"
    run(str(tools() / "shiv"), "--site-packages", str(site_folder("shiv")), "--compressed",
        "--reproducible", "--entry-point", "wallboard.cli:main", "--output-file", str(packed),
        )  # fmt: skip
    path = DIST / f"wallboard-{VERSION}.pyz"
    _begin_otherwise(packed, path)
    path.chmod(0o755)
    return [path]


def _begin_otherwise(packed: Path, path: Path) -> None:
    """Copy the archive behind a shell script that finds a Python, with a ``__main__`` of ours."""
    path.write_bytes((_BEGIN / "find_python.sh").read_bytes())
    with zipfile.ZipFile(packed) as shivs, zipfile.ZipFile(path, "a") as ours:
        for entry in sorted(shivs.infolist(), key=lambda one: one.filename):
            content = shivs.read(entry)
            if entry.filename == "__main__.py":
                content = (_BEGIN / "__main__.py").read_bytes()
            if entry.filename == "environment.json":
                content = _described(content)
            entry.date_time = _moment()
            ours.writestr(entry, content, zipfile.ZIP_DEFLATED, compresslevel=9)
        entry = zipfile.ZipInfo("unpack.py", _moment())
        ours.writestr(entry, (_BEGIN / entry.filename).read_bytes(), zipfile.ZIP_DEFLATED)


def _moment() -> tuple[int, ...]:
    return datetime.fromtimestamp(epoch(), UTC).timetuple()[:6]


def _described(environment: bytes) -> bytes:
    """What shiv's own beginning goes by: with our cache, and not the moment of this build."""
    found = json.loads(environment)
    found["root"] = "$WALLBOARD_UNPACKED"
    found["built_at"] = datetime.fromtimestamp(epoch(), UTC).isoformat()
    return json.dumps(found, sort_keys=True).encode()
