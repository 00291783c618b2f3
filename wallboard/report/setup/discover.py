"""Which entry points a server has, as text, JSON or CSV, and what they would add to a config."""

import difflib
import json
from collections.abc import Iterator

from wallboard.config.document import lines_in
from wallboard.domain.discovery import Discovery, Found, ranges
from wallboard.domain.foreign_text import safe
from wallboard.report.words.figures import figure, iso, wait
from wallboard.report.words.table import csv_row, table
from wallboard.setting_types import Secret

_FIGURES = frozenset({"ID", "WAIT", "QUEUE"})
_MOST_UNCLEAR = 20
"""Lines about what is unclear; a thousand different ones tell no more."""


def discovery_text(discovery: Discovery, total: int) -> str:
    """The whole report, without a line break at its end; ``total`` is how many ids there were."""
    found = [discovery.entry_points[number] for number in sorted(discovery.entry_points)]
    lines = [*_table(found), ""] if found else []
    lines.append(counts(discovery, total))
    lines.extend(_refusals(discovery))
    lines.extend(_unclear(discovery))
    return "\n".join(lines)


def counts(discovery: Discovery, total: int) -> str:
    """How many ids turned out to be what."""
    found, unclear = len(discovery.entry_points), len(discovery.unclear)
    parts = [f"{found:,} entry point{'' if found == 1 else 's'} found"]
    parts.append(f"{len(discovery.missing):,} missing")
    if unclear:
        parts.append(f"{unclear:,} unclear")
    asked = f"{total:,}" if discovery.asked == total else f"{discovery.asked:,} of {total:,}"
    return f"{', '.join(parts)}; {asked} id{'' if total == 1 else 's'} probed"


def allowed(found: Found) -> str:
    """Whether a chat may start."""
    return "yes" if found.allowed else "no"


def _table(found: list[Found]) -> list[str]:
    rows = [
        [
            str(one.id),
            allowed(one),
            "-" if one.allowed else safe(one.reason or "no reason given"),
            wait(one.wait_seconds),
            figure(one.queue_depth),
        ]
        for one in found
    ]
    return table(["ID", "ALLOWED", "REASON", "WAIT", "QUEUE"], rows, right=_FIGURES)


def _refusals(discovery: Discovery) -> Iterator[str]:
    for words, count in discovery.refusals.most_common():
        yield f"{count:,} of the missing answered {safe(words)}."


def _unclear(discovery: Discovery) -> Iterator[str]:
    by_words: dict[str, list[int]] = {}
    for one in discovery.unclear.values():
        by_words.setdefault(one.words, []).append(one.id)
    if by_words:
        yield "Unclear, so ask again or look at the server:"
    for words, ids in list(by_words.items())[:_MOST_UNCLEAR]:
        yield f"  {_some(list(ranges(ids)))}: {safe(words)}"
    if len(by_words) > _MOST_UNCLEAR:
        yield f"  and {len(by_words) - _MOST_UNCLEAR} more kinds of answer (all in --format json)"


def _some(parts: list[str]) -> str:
    more = f" and {len(parts) - 10} more" if len(parts) > 10 else ""
    return ", ".join(parts[:10]) + more


COLUMNS = (
    "server",
    "id",
    "presence",
    "chat_allowed",
    "reason",
    "wait_seconds",
    "queue_depth",
    "message",
)
"""A promise as the JSON is: new ones come last."""


def discovery_json(
    discovery: Discovery, *, server: str, url: str, ids: list[int], at: float
) -> str:
    """One document, in ASCII; ``at`` is Unix time in seconds. What is not known is ``null``."""
    document = {
        "at": iso(at),
        "server": server,
        "url": url,
        "ids": ",".join(ranges(ids)),
        "complete": discovery.asked == len(ids),
        "asked": discovery.asked,
        "missing": len(discovery.missing),
        "entry_points": [_entry_point(one) for one in _in_order(discovery.entry_points)],
        "unclear": [{"id": one.id, "message": one.words} for one in _in_order(discovery.unclear)],
    }
    return json.dumps(document, indent=2, allow_nan=False)


def discovery_csv(discovery: Discovery, *, server: str) -> str:
    """A row for each entry point and for each id that is unclear, under their heading."""
    rows = [csv_row(COLUMNS)]
    for one in _in_order({**discovery.entry_points, **discovery.unclear}):
        values = {
            **_entry_point(one),
            "server": server,
            "presence": one.presence.value,
            "message": one.words or None,
        }
        rows.append(csv_row(values[column] for column in COLUMNS))
    return "".join(rows)


def _in_order(found: dict[int, Found]) -> list[Found]:
    return [found[number] for number in sorted(found)]


def _entry_point(found: Found) -> dict[str, object]:
    return {
        "id": found.id,
        "chat_allowed": found.allowed,
        "reason": found.reason,
        "wait_seconds": found.wait_seconds,
        "queue_depth": found.queue_depth,
    }


_SECRET_KEYS = frozenset({"headers", "proxy"})
_HIDDEN = str(Secret(""))


def config_diff(before: str, after: str, name: str) -> list[str]:
    """The lines of the diff, safe on a terminal. Both texts must be valid TOML, or empty."""
    lines = difflib.unified_diff(
        list(_shown(before)), list(_shown(after)), name if before else "nothing", name, lineterm=""
    )
    return [safe(line.replace("\t", "    ")) for line in lines]


def _shown(text: str) -> Iterator[str]:
    """The lines of a config with secrets hidden, also those in comments beside them."""
    found = lines_in(text)
    starts = set(found.values())
    secret = {line for path, line in found.items() if _is_secret(path)}
    hiding = False
    for number, line in enumerate(text.removesuffix("\n").split("\n") if text else (), 1):
        bare = line.removesuffix("\r")
        if number in starts:
            hiding = number in secret
        is_header = number in starts and bare.lstrip().startswith("[")
        yield _hidden(bare) if hiding and not is_header else bare


def _is_secret(path: tuple[str | int, ...]) -> bool:
    return len(path) > 2 and path[0] == "server" and path[2] in _SECRET_KEYS


def _hidden(line: str) -> str:
    if not line.strip():
        return line
    key, equals, _ = line.partition("=")
    return f"{key}= {_HIDDEN}" if equals else _HIDDEN
