"""The config file: found, read, and turned into settings, or into a list of its problems."""

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import TypeVar

from wallboard.calendar_settings import CalendarSettings, MaintenanceSettings
from wallboard.channel_settings import (
    CHANNELS_WITH_CA,
    ChannelSettings,
    ChannelsSettings,
    channels_of,
)
from wallboard.config.document import Fault, Toml, problem_at
from wallboard.config.document import Path as KeyPath
from wallboard.config.problem import ConfigError, one_problem, shown
from wallboard.domain.foreign_text import escaped, has_controls
from wallboard.files import read_file
from wallboard.fleet_settings import FleetSettings
from wallboard.settings import ServerSettings, Settings

_WithCertificates = TypeVar("_WithCertificates", ServerSettings, FleetSettings)
_WithEvents = TypeVar("_WithEvents", CalendarSettings, MaintenanceSettings)

VARIABLE = "WALLBOARD_CONFIG"
"""The environment variable that may name the config."""

FILE_NAME = "wallboard.toml"
SYSTEM_CONFIG = Path("/etc/wallboard/wallboard.toml")
"""The config for all users of the machine, where the Debian package has it."""

LARGEST_FILE = 16 * 1024 * 1024
"""Bytes; a config of a hundred thousand entry points is smaller."""


def working_folder() -> Path:
    """The working folder; a relative path if it was removed."""
    try:
        return Path.cwd()
    except OSError:
        return Path()


def config_folder() -> Path | None:
    """The user's config folder, or ``None`` for a user without a home folder."""
    import platformdirs

    try:
        return platformdirs.user_config_path("wallboard")
    except RuntimeError:
        return None


def where_looked(system: Path = SYSTEM_CONFIG) -> str:
    """Where ``find_config`` looks, for whoever has no config, and what may not be read there."""
    barred = os.path.isdir(system.parent) and not os.access(system.parent, os.X_OK)  # noqa: PTH112 - unlike pathlib it never raises
    return (
        f"${VARIABLE}, ./{FILE_NAME}, {FILE_NAME} in your config directory, {system}"
        f"{' (you may not read that folder)' if barred else ''}."
    )


def find_config(
    explicit: Path | None,
    environ: Mapping[str, str],
    cwd: Path,
    system: Path = SYSTEM_CONFIG,
) -> Path | None:
    """The config to use, or ``None`` when there is none.

    In this order: the one named on the command line, ``$WALLBOARD_CONFIG``, ``wallboard.toml`` in
    ``cwd``, then in the user's config folder, then that of the machine. Raises ``ConfigError`` if
    a named file is missing.
    """
    named = explicit or (Path(environ[VARIABLE]) if environ.get(VARIABLE) else None)
    if named:
        path = cwd / _expanded(named)
        if not _is_missing(path):
            return path
        by = "--config" if explicit else f"${VARIABLE}"
        raise one_problem(path, f"no such file; given by {by}")
    user = config_folder()
    for place in (cwd / FILE_NAME, user and user / FILE_NAME, system):
        if place and os.path.isfile(place):  # noqa: PTH113 - likewise
            return place
    return None


def _is_missing(path: Path) -> bool:
    """Whether nothing is there; of what cannot be looked at, reading it will say why."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def read_document(path: Path) -> dict[str, Toml]:
    """The parsed TOML of a file, not yet validated. Raises ``ConfigError``."""
    return parsed(read_text(path), path)


def parsed(text: str, path: Path) -> dict[str, Toml]:
    """The TOML in the text of a file. Raises ``ConfigError``."""
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise one_problem(path, f"not valid TOML: {_place(error, text)}") from None
    except ValueError:
        raise one_problem(path, "not valid TOML: a number with too many digits") from None
    except RecursionError:
        raise one_problem(path, "not usable: lists or tables are nested too deeply") from None


def read_text(path: Path) -> str:
    """The text of a file. Raises ``ConfigError``."""
    try:
        data = read_file(path, LARGEST_FILE, streams=True)
    except IsADirectoryError:
        raise one_problem(path, "is a directory; give a file") from None
    except FileNotFoundError:
        raise one_problem(path, "no such file") from None
    except (OSError, ValueError) as error:
        why = escaped(getattr(error, "strerror", None) or error)
        raise one_problem(path, f"cannot be read: {why}") from None
    if len(data) > LARGEST_FILE:
        raise one_problem(path, f"is larger than {LARGEST_FILE // 1024 // 1024} MiB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise one_problem(path, f"line {line}: not UTF-8; save the file as UTF-8") from None


def _place(error: Exception, text: str) -> str:
    """The parser's message with its line and column in front."""
    said = str(error)
    found = re.search(r" \(at line (\d+), column (\d+)\)$", said)
    if found:
        return f"line {found[1]}, column {found[2]}: {escaped(said[: found.start()])}"
    lines = text.split("\n")
    what = escaped(said.removesuffix(" (at end of document)"))
    return f"line {len(lines)}, column {len(lines[-1]) + 1}: {what}"


def _expanded(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def load_config(
    path: Path, environ: Mapping[str, str], *, servers_required: bool = True
) -> Settings:
    """The settings in a TOML file. Raises ``ConfigError`` with all problems at once.

    ``environ`` gives the secrets written as ``{ env = "NAME" }``. Relative paths in the config
    count from its own folder. ``servers_required`` is off when the servers come from the command
    line.
    """
    document = read_document(path)
    return settings_from(
        document,
        environ,
        file=str(path),
        folder=path.absolute().parent,
        servers_required=servers_required,
    )


def settings_from(
    document: Mapping[str, Toml],
    environ: Mapping[str, str],
    *,
    file: str,
    folder: Path,
    servers_required: bool = True,
) -> Settings:
    """The settings in a parsed document; ``file`` is what messages call it."""
    # Loading pydantic takes longer than everything else here; without a file nobody waits for it.
    from wallboard.config.checks import check
    from wallboard.config.prepare import prepare
    from wallboard.config.shape import shape

    copy, faults = prepare(document, environ, folder)
    settings, misshapen = shape(copy, document)
    faults += misshapen
    if settings:
        settings, missing_files = with_files(settings, folder)
        faults += missing_files
        faults += check(settings, document, whole=not faults, servers_required=servers_required)
    if faults or not settings:
        name = escaped(file)
        faults.sort(key=_table_order)
        found = (problem_at(name, document, path, message) for path, message in faults)
        raise ConfigError(dict.fromkeys(found))
    return _with_short_connects(settings, document)


def _table_order(fault: Fault) -> list[tuple[str, int]]:
    """A sort key: table by table, the tables of one list in the order of the file."""
    path, _ = fault
    return [("", step) if isinstance(step, int) else (step, 0) for step in path[:-1]]


def _with_short_connects(settings: Settings, document: Mapping[str, Toml]) -> Settings:
    """The default time to connect, cut to a shorter time to answer."""
    if "connect_timeout" in document:
        return settings
    return replace(settings, connect_timeout=min(settings.connect_timeout, settings.timeout))


def with_files(settings: Settings, folder: Path) -> tuple[Settings, list[Fault]]:
    """The settings with absolute paths, counting from ``folder``, and which files are missing."""
    faults: list[Fault] = []
    servers = tuple(
        _with_certificates(server, folder, ("server", number), faults)
        for number, server in enumerate(settings.server)
    )
    record = settings.record
    try:
        record = record if isinstance(record, bool) else str(_to_come(record, folder))
    except ValueError as error:
        faults.append((("record",), str(error)))
    channels = _channels_with_files(settings.channel, folder, faults)
    fleet = _with_certificates(settings.fleet, folder, ("fleet",), faults)
    calendars = _with_events(settings.calendar, folder, "calendar", faults)
    maintenance = _with_events(settings.maintenance, folder, "maintenance", faults)
    whole = replace(
        settings,
        server=servers,
        record=record,
        channel=channels,
        fleet=fleet,
        calendar=calendars,
        maintenance=maintenance,
    )
    return whole, faults


def _channels_with_files(
    channels: ChannelsSettings, folder: Path, faults: list[Fault]
) -> ChannelsSettings:
    """The channels with absolute paths of their CAs."""
    found: dict[str, list[ChannelSettings]] = {}
    for kind, number, channel in channels_of(channels):
        whole = channel
        if isinstance(channel, CHANNELS_WITH_CA) and channel.ca_file is not None:
            try:
                whole = replace(channel, ca_file=str(_existing(channel.ca_file, folder)))
            except ValueError as error:
                faults.append((("channel", kind, number, "ca_file"), str(error)))
        found.setdefault(kind, []).append(whole)
    return ChannelsSettings(**{kind: tuple(ones) for kind, ones in found.items()})  # type: ignore[arg-type]  # each of its kind


def _with_events(
    tables: tuple[_WithEvents, ...], folder: Path, key: str, faults: list[Fault]
) -> tuple[_WithEvents, ...]:
    """The tables with absolute paths of their events; these may be missing and come later."""
    found = []
    for number, one in enumerate(tables):
        try:
            ics = None if one.ics is None else str(_to_come(one.ics, folder))
        except ValueError as error:
            faults.append(((key, number, "ics"), str(error)))
            ics = None
        found.append(replace(one, ics=ics))
    return tuple(found)


def _with_certificates(
    table: _WithCertificates, folder: Path, path: KeyPath, faults: list[Fault]
) -> _WithCertificates:
    """The table with absolute paths of its CA and of the certificate it shows."""

    def found(key: str, written: str | None) -> str | None:
        try:
            return None if written is None else str(_existing(written, folder))
        except ValueError as error:
            faults.append(((*path, key), str(error)))
            return written

    if table.client_key and not table.client_cert:
        faults.append(((*path, "client_key"), "needs the certificate it belongs to: client_cert"))
    return replace(
        table,
        ca_file=found("ca_file", table.ca_file),
        client_cert=found("client_cert", table.client_cert),
        client_key=found("client_key", table.client_key),
    )


def _existing(written: str, folder: Path) -> Path:
    # A key pasted in place of its path must not be repeated in a message.
    if "-----BEGIN" in written or has_controls(written):
        raise ValueError("must be the path of a PEM file, not its content")
    path = _whole(written, folder)
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise ValueError(f"no such file: {shown(str(path))}") from None
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}: {shown(str(path))}") from None
    if S_ISDIR(mode):
        raise ValueError(f"is a directory; give a file: {shown(str(path))}")
    if not S_ISREG(mode):
        raise ValueError(f"is not a file: {shown(str(path))}")
    if not os.access(path, os.R_OK):
        raise ValueError(f"not readable; change its permissions: {shown(str(path))}")
    return path


def _to_come(written: str, folder: Path) -> Path:
    # It need not exist: the first board creates it, or reports that it cannot and goes on.
    if has_controls(written):
        raise ValueError(f"must not contain control characters: {shown(written)}")
    path = _whole(written, folder)
    if os.path.isdir(path):  # noqa: PTH112 - unlike pathlib it never raises
        raise ValueError(f"is a directory; give a file: {shown(str(path))}")
    return path


def _whole(written: str, folder: Path) -> Path:
    try:
        return folder / Path(written).expanduser()
    except RuntimeError:
        raise ValueError(f"no such user: {shown(written)}") from None
