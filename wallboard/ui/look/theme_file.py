"""Reads and checks a theme file."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.style import Style

from wallboard.domain.policy import Level, Verdict
from wallboard.files import read_file, within

LARGEST_FILE = 256 * 1024
"""Bytes; a theme takes about five thousand."""

UI_PARTS = (
    "screen",
    "tile",
    "selected",
    "edge",
    "muted",
    "stale",
    "mark",
    "spark",
    "gap",
    "header",
    "title",
    "frozen",
    "footer",
    "key",
    "outage",
    "notice",
    "cursor",
    "scrollbar",
)
RESPONSE_TYPES = ("0", "1", "2", "unknown", "off")
SYNTAX = ("tag", "attribute", "value", "text", "punctuation", "comment")
_PARTS: Mapping[str, tuple[str, ...]] = {
    "ui": UI_PARTS,
    "level": tuple(level.label for level in Level),
    "verdict": tuple(Verdict),
    "response_type": RESPONSE_TYPES,
    "syntax": SYNTAX,
}
_FACTS = ("dark",)
_COLOUR = re.compile(
    r"#[0-9a-fA-F]{6}|default|(bright_)?(black|red|green|yellow|blue|magenta|cyan|white)"
)
_ATTRIBUTES = ("bold", "dim", "italic", "underline", "reverse")


class ThemeError(Exception):
    """A theme that cannot be used; the message names the file and all its faults."""


def read_table(path: Path) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The tables of a theme, and what they lack: ``[ui] spark``, or ``[ui]`` for all of it.

    Raises:
        ThemeError: The file cannot be read, or something in it is wrong, or there is nothing in it.

    """
    try:
        table = tomllib.loads(_read(path))
    except (OSError, ValueError, RecursionError) as error:
        why = getattr(error, "strerror", None) or error
        raise ThemeError(f"Theme file {path}: {why}") from error
    lacking = tuple(_lacking(table))
    problems = list(_problems(table))
    if problems or not any(part in table for part in _PARTS):
        problems += [f"{what} is missing" for what in lacking]
        raise ThemeError(f"Theme file {path}: {'; '.join(problems)}")
    return table, lacking


def filled(table: Mapping[str, Any], spare: Mapping[str, Any]) -> dict[str, Any]:
    """The tables of a theme, with missing parts from the complete ``spare`` one.

    A missing verdict takes the style of its level, if the theme has that.
    """
    whole = {**table, **{part: {**spare[part], **table.get(part, {})} for part in _PARTS}}
    if own := table.get("level"):
        levels = {verdict: own.get(verdict.default_level.label) for verdict in Verdict}
        of_levels = {str(verdict): style for verdict, style in levels.items() if style}
        whole["verdict"] = {**spare["verdict"], **of_levels, **table.get("verdict", {})}
    return whole


def styles(section: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Style]:
    """The styles of one table of a whole theme, by their names."""
    return {name: _style(spec) for name, spec in section.items()}


def _read(path: Path) -> str:
    if not within(path.is_file):
        raise OSError("is not a file")
    data = read_file(path, LARGEST_FILE)
    if len(data) > LARGEST_FILE:
        raise OSError(f"is larger than {LARGEST_FILE // 1024} KiB")
    return data.decode("utf-8-sig")


def _problems(table: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{key} is not known" for key in table if key not in {*_PARTS, *_FACTS})
    for key in _FACTS:
        if not isinstance(table.get(key), bool):
            yield f"{key} must be true or false"
    for part, names in _PARTS.items():
        section = table.get(part, {})
        if not isinstance(section, dict):
            yield f"[{part}] must be a table"
            continue
        for name, spec in section.items():
            if name not in names:
                yield f"[{part}] {name} is not known"
            elif not isinstance(spec, dict):
                yield f"[{part}] {name} must be a table"
            else:
                yield from (f"[{part}] {name}: {wrong}" for wrong in _style_problems(spec))


def _lacking(table: Mapping[str, Any]) -> Iterator[str]:
    for part, names in _PARTS.items():
        section = table.get(part)
        if section is None:
            yield f"[{part}]"
        elif isinstance(section, dict):
            yield from (f"[{part}] {name}" for name in names if name not in section)


def _style_problems(spec: Mapping[str, Any]) -> Iterator[str]:
    for key, value in spec.items():
        if key in {"fg", "bg"}:
            if not (isinstance(value, str) and _COLOUR.fullmatch(value)):
                yield f"{key} = {value!r} is not a colour"
        elif key not in _ATTRIBUTES:
            yield f"{key} is not known"
        elif not isinstance(value, bool):
            yield f"{key} must be true or false"


def _style(spec: Mapping[str, Any]) -> Style:
    attributes = {name: spec[name] for name in _ATTRIBUTES if name in spec}
    return Style(color=spec.get("fg"), bgcolor=spec.get("bg"), **attributes)
