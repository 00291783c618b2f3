"""The files that a config names: where they are, and that they are there."""

import os
from dataclasses import replace
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from wallboard.config.place import Path as KeyPath
from wallboard.config.prepare import Fault
from wallboard.config.problem import shown
from wallboard.domain.foreign_text import has_controls
from wallboard.settings import ServerSettings, Settings


def with_files(settings: Settings, folder: Path) -> tuple[Settings, list[Fault]]:
    """The settings with whole paths, looked for from ``folder``, and which files are not there."""
    faults: list[Fault] = []
    servers = tuple(
        _server_with_files(server, folder, ("server", number), faults)
        for number, server in enumerate(settings.server)
    )
    record = settings.record
    try:
        record = record if isinstance(record, bool) else str(_recording(record, folder))
    except ValueError as error:
        faults.append((("record",), str(error)))
    return replace(settings, server=servers, record=record), faults


def _server_with_files(
    server: ServerSettings, folder: Path, path: KeyPath, faults: list[Fault]
) -> ServerSettings:
    def found(key: str, written: str | None) -> str | None:
        try:
            return None if written is None else str(_existing(written, folder))
        except ValueError as error:
            faults.append(((*path, key), str(error)))
            return written

    if server.client_key and not server.client_cert:
        faults.append(((*path, "client_key"), "needs the certificate it belongs to: client_cert"))
    return replace(
        server,
        ca_file=found("ca_file", server.ca_file),
        client_cert=found("client_cert", server.client_cert),
        client_key=found("client_key", server.client_key),
    )


def _existing(written: str, folder: Path) -> Path:
    # A key pasted in place of its path must not be repeated in a message.
    if "-----BEGIN" in written or has_controls(written):
        raise ValueError("must be the path of a PEM file, not what is in it")
    path = _whole(written, folder)
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise ValueError(f"there is no such file: {shown(str(path))}") from None
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}: {shown(str(path))}") from None
    if S_ISDIR(mode):
        raise ValueError(f"is a folder; name the file in it: {shown(str(path))}")
    if not S_ISREG(mode):
        raise ValueError(f"is no file: {shown(str(path))}")
    if not os.access(path, os.R_OK):
        raise ValueError(f"may not be read; change its permissions: {shown(str(path))}")
    return path


def _recording(written: str, folder: Path) -> Path:
    # It need not be there: the first board makes it, and one that cannot says so and goes on.
    if has_controls(written):
        raise ValueError(f"must hold no control characters: {shown(written)}")
    path = _whole(written, folder)
    if os.path.isdir(path):  # noqa: PTH112 - unlike pathlib it never raises
        raise ValueError(f"is a folder; name the file in it: {shown(str(path))}")
    return path


def _whole(written: str, folder: Path) -> Path:
    try:
        return folder / Path(written).expanduser()
    except RuntimeError:
        raise ValueError(f"there is no such user: {shown(written)}") from None
