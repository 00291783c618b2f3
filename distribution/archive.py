"""Archives that hold the same bytes whenever they are made from the same files."""

import lzma
import tarfile
from pathlib import Path

from distribution.places import epoch


def tar_xz(folder: Path, path: Path) -> Path:
    """Pack a folder, named as it is, with nobody's name and one time on everything."""
    with (
        lzma.open(path, "wb", preset=6) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for one in [folder, *sorted(folder.rglob("*"))]:
            archive.add(one, one.relative_to(folder.parent), recursive=False, filter=_uniform)
    return path


def _uniform(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    entry.mtime = epoch()
    executable = entry.isdir() or entry.mode & 0o100
    entry.mode = 0o777 if entry.issym() else 0o755 if executable else 0o644
    entry.pax_headers = {}
    return entry
