"""Unpacks the zipapp, in the place of what shiv does there: less, and faster.

Most of its bytes are compiled for one Python each, and of no use to another.
"""

import os
import shutil
import sys
import zlib
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from _bootstrap.filelock import FileLock

_PACKAGES = "site-packages/"
_HEADER_BYTES = 30
_COMPILED = ".cpython-"
_OURS = f"{_COMPILED}{sys.version_info.major}{sys.version_info.minor}-"


def unpack(archive: ZipFile, folder: Path) -> None:
    """Unpack what this Python needs into a folder, which is there only once it is whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.parent / f".{folder.name}_lock"):
        if folder.exists():  # another process was first
            return
        begun = Path(f"{folder}.tmp")
        shutil.rmtree(begun, ignore_errors=True)
        _write(archive, f"{begun}/")
        begun.rename(folder)


def _write(archive: ZipFile, folder: str) -> None:
    made = set[str]()
    # Strings, for each path of pathlib takes as long as a small file.
    with open(str(archive.filename), "rb") as file:  # noqa: PTH123
        for entry in archive.infolist():
            name = entry.filename
            if name.endswith("/") or not name.startswith(_PACKAGES) or _is_others(name):
                continue
            parent = name.rpartition("/")[0]
            if parent not in made:
                made.add(parent)
                os.makedirs(folder + parent, exist_ok=True)  # noqa: PTH103
            with open(folder + name, "xb", buffering=0) as unpacked:  # noqa: PTH123
                unpacked.write(_content(file, entry))


def _is_others(name: str) -> bool:
    """Whether a file is compiled for another Python."""
    return _COMPILED in name and _OURS not in name


def _content(file: BinaryIO, entry: ZipInfo) -> bytes:
    """The content of an entry, in one step: `ZipFile.read` takes several times as long."""
    file.seek(entry.header_offset)
    header = file.read(_HEADER_BYTES)
    file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:], "little"), 1)
    data = file.read(entry.compress_size)
    if entry.compress_type == ZIP_DEFLATED:
        data = zlib.decompress(data, -zlib.MAX_WBITS, entry.file_size)
    if zlib.crc32(data) != entry.CRC:
        raise OSError(f"{entry.filename} is not as it was packed; copy the file anew")
    return data
