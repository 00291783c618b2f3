"""Lines of a log for programs: logfmt, or one JSON document a line."""

import json
import re
from collections.abc import Mapping

from wallboard.domain.foreign_text import safe
from wallboard.report.words.moments import iso

Value = str | int | float | bool | None

_BARE = re.compile(r"[^\s\"=\\]+")


def log_line(at: float, level: str, event: str, fields: Mapping[str, Value], *, form: str) -> str:
    """One line, without its end; ``form`` is "text" for logfmt, or "json".

    ``at`` is Unix time in seconds. A field that is ``None`` is left out.
    """
    whole = {"time": iso(at), "level": level, "event": event, **fields}
    known = {name: value for name, value in whole.items() if value is not None}
    if form == "json":
        # In ASCII no byte of it can steer a terminal.
        return json.dumps(known)
    return " ".join(f"{name}={_logfmt(value)}" for name, value in known.items())


def _logfmt(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = safe(str(value))
    return text if _BARE.fullmatch(text) else json.dumps(text, ensure_ascii=False)
