"""From a file to settings, or to everything that is wrong with it."""

from collections.abc import Mapping
from pathlib import Path

from wallboard.config.find import read_document
from wallboard.config.place import Toml, problem_at
from wallboard.config.prepare import Fault
from wallboard.config.problem import ConfigError
from wallboard.domain.foreign_text import escaped
from wallboard.settings import Settings


def load_config(
    path: Path, environ: Mapping[str, str], *, servers_required: bool = True
) -> Settings:
    """The settings in a TOML file. Raises ``ConfigError`` with all that is wrong at once.

    ``environ`` gives the secrets written as ``{ env = "NAME" }``. Files that the config names are
    looked for from its own folder. ``servers_required`` is off when the servers come from the
    command line.
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
    from wallboard.config.files import with_files
    from wallboard.config.prepare import prepare
    from wallboard.config.shape import shape

    copy, faults = prepare(document, environ)
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
    """Sorts what is wrong table by table, the tables of one list in the order of the file."""
    path, _ = fault
    return [("", step) if isinstance(step, int) else (step, 0) for step in path[:-1]]


def _with_short_connects(settings: Settings, document: Mapping[str, Toml]) -> Settings:
    """The default time to connect, cut to a shorter time to answer."""
    from dataclasses import replace

    if "connect_timeout" in document:
        return settings
    return replace(settings, connect_timeout=min(settings.connect_timeout, settings.timeout))
