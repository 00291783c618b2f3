"""Prints how a board stands, for a prompt or the status bar of tmux, in the time of a blink.

Everything that is slow to load is left out: the config is only searched for where its recording is.
"""

import os
import sys
import time

from wallboard.recorder.file.board_status import NoBoardStatusError, read_board_status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

GONE_SECONDS = 15.0
"""Whoever records says every few seconds how the board stands; after so many it is gone."""

AHEAD_SECONDS = 120.0
"""How far the clock of whoever records may be ahead of ours."""

COUNTED = (
    ("unacknowledged", "new"),
    ("returned", "returned"),
    ("acknowledged", "acked"),
    ("shelved", "shelved"),
)
"""The alarms that are told, and the word for each."""

NONE, HANDLED, UNHANDLED, NO_DATA = range(4)
"""Exit statuses."""

FORMATS = ("text", "json")
_OPTIONS = ("--config", "--file", "--format")
_VARIABLE, _STATE_VARIABLE, _FILE_NAME = "WALLBOARD_CONFIG", "WALLBOARD_STATE", "wallboard.toml"
_SYSTEM_CONFIG = "/etc/wallboard/wallboard.toml"


def quick_status(args: "Sequence[str]") -> int | None:
    """The exit status of ``wallboard status`` with these arguments, once it is printed.

    ``None`` where that takes more than a look: options to be explained, a config to be refused.
    """
    options = dict(zip(args[::2], args[1::2], strict=False))
    known = set(options) <= set(_OPTIONS) and len(args) == 2 * len(options)
    form = options.get("--format", "text")
    if not known or form not in FORMATS:
        return None
    path = options.get("--file") or _recording(options.get("--config"))
    return None if path is None else print_status(path, form)


def print_status(path: str, form: str) -> int:
    """Print how the board of a recording stands; the exit status."""
    now = time.time()
    try:
        values = read_board_status(os.path.realpath(path))
    except NoBoardStatusError:
        values = {}
    if form == "json":
        from json import dumps

        sys.stdout.write(f"{dumps(_document(values, now))}\n")
    else:
        encoding = (sys.stdout.encoding or "").lower()
        sys.stdout.write(f"{(' · ' if 'utf' in encoding else ', ').join(words_of(values, now))}\n")
    return exit_status(values, now)


def words_of(values: "Mapping[str, float]", now: float) -> list[str]:
    """``2 new``, ``1 acked`` and ``57 open``; or that nothing is known, and since when."""
    newest_at = values.get("newest_at", values.get("at"))
    no_data = "no data" if newest_at is None else f"no data since {_minute(newest_at, now)}"
    if is_gone(values, now):
        return [no_data]
    said = [f"{values[name]:.0f} {word}" for name, word in COUNTED if values.get(name)]
    if "blind_since" in values:
        return [*said, f"no network since {_minute(values['blind_since'], now)}"]
    if values.get("late"):
        return [*said, no_data]
    points = values.get("entry_points")
    if points and values.get("unknown") == points:
        return [*said, f"{points:.0f} unknown"]
    return [*said, f"{values.get('open', 0):.0f} open"]


def is_gone(values: "Mapping[str, float]", now: float) -> bool:
    """Whether nobody records any more, so that nothing is known."""
    return not -AHEAD_SECONDS < now - values.get("at", 0.0) < GONE_SECONDS


def exit_status(values: "Mapping[str, float]", now: float) -> int:
    """0 no alarm stands, 1 all are handled, 2 some are not, 3 none, but nothing is known.

    As ``alarms list`` has it, but for a recording that nobody writes: that is 3 in any case.
    """
    if is_gone(values, now):
        return NO_DATA
    if values.get("unacknowledged") or values.get("returned"):
        return UNHANDLED
    if any(values.get(name) for name in ("acknowledged", "shelved", "suppressed")):
        return HANDLED
    return NO_DATA if values.get("late") or "blind_since" in values else NONE


def _document(values: "Mapping[str, float]", now: float) -> dict[str, object]:
    counts = {name: int(value) for name, value in values.items()}
    levels = ("ok", "warning", "unknown", "critical")
    states = ("unacknowledged", "returned", "acknowledged", "shelved", "suppressed")
    return {
        **{name: _iso(values.get(name)) for name in ("at", "newest_at", "blind_since")},
        "stale": is_gone(values, now) or bool(values.get("late")),
        "entry_points": counts.get("entry_points"),
        "open": counts.get("open"),
        "levels": {name: counts.get(name) for name in levels},
        "alarms": {name: counts.get(name) for name in states},
    }


def _iso(at: float | None) -> str | None:
    if at is None:
        return None
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(at))}.{at % 1 * 1000:03.0f}+00:00"


def _minute(at: float, now: float) -> str:
    moment, today = time.localtime(at), time.localtime(now)
    return time.strftime("%H:%M" if moment[:3] == today[:3] else "%d %b %H:%M", moment)


def _recording(named: str | None) -> str | None:
    """The recording of the config's board, as a board would have it; ``None`` to ask elsewhere."""
    config = _config(named)
    if config is None or (record := _record(config)) is None or record is False:
        return None
    if isinstance(record, str):
        folder = os.path.dirname(os.path.abspath(config))  # noqa: PTH100, PTH120 - pathlib is slow to load
        return os.path.join(folder, os.path.expanduser(record))  # noqa: PTH111, PTH118 - likewise
    folder = os.environ.get(_STATE_VARIABLE) or _of_home("XDG_STATE_HOME", ".local/state")
    if not folder:
        return None
    from hashlib import sha256

    name = sha256(os.path.realpath(config).encode("utf-8", "replace")).hexdigest()[:20]
    return f"{folder}/recordings/{name}.db"


def _config(named: str | None) -> str | None:
    """The config that is named or found; ``None`` if there is none in the usual places."""
    named = named or os.environ.get(_VARIABLE)
    folder = _of_home("XDG_CONFIG_HOME", ".config")
    places = [named] if named else [_FILE_NAME, f"{folder}/{_FILE_NAME}", _SYSTEM_CONFIG]
    return next((place for place in places if os.path.isfile(place)), None)  # noqa: PTH113 - likewise


def _of_home(variable: str, beside: str) -> str:
    """The folder of wallboard in one of the user's, as the XDG rules have it; empty elsewhere."""
    if not sys.platform.startswith("linux"):
        return ""
    own = os.environ.get(variable, "").strip()
    home = os.path.expanduser(f"~/{beside}")  # noqa: PTH111 - likewise
    return f"{own or home}/wallboard" if own or not home.startswith("~") else ""


def _record(config: str) -> bool | str | None:
    """What the config says of its recording; ``None`` if that takes more than a look."""
    try:
        with open(config, encoding="utf-8-sig") as file:  # noqa: PTH123 - likewise
            head = _top_of(file)
    except (OSError, ValueError):
        return None
    if '"""' in head or "'''" in head:
        return None  # a text may hold lines that look like a table
    keys = [line.partition("=")[0].strip() for line in head.splitlines()]
    if not any(key == "record" or key.startswith(('"', "'")) for key in keys):
        return True
    import tomllib

    try:
        record = tomllib.loads(head).get("record", True)
    except ValueError:
        return None
    return record if isinstance(record, (bool, str)) else None


def _top_of(lines: "Iterable[str]") -> str:
    """The lines of a config before its first table: only these can say where it records."""
    head = []
    for line in lines:
        if line.lstrip().startswith("["):
            break
        head.append(line)
    return "".join(head)
