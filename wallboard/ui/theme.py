"""Themes: one TOML file each, from file to the styles that every widget draws with."""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from rich.color import Color
from rich.style import Style
from textual.theme import BUILTIN_THEMES
from textual.theme import Theme as TextualTheme

from wallboard.domain.policy import Level, Verdict
from wallboard.ui.glyphs import UNICODE, Glyphs

FALLBACK = "dark"
AUTO = "auto"
PLAIN = "mono"
SIXTEEN_COLOURS = "ansi16"

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
_FACTS: Mapping[str, type] = {"name": str, "dark": bool}
_KIND_WORDS = {str: "a text", bool: "true or false"}
_COLOUR = re.compile(
    r"#[0-9a-fA-F]{6}|default|(bright_)?(black|red|green|yellow|blue|magenta|cyan|white)"
)
_ATTRIBUTES = ("bold", "dim", "italic", "underline", "reverse")


class ThemeError(Exception):
    """A theme that cannot be used; the message names the file and everything wrong in it."""


@dataclass(frozen=True)
class BoardTheme:
    """The styles of one theme: of each level, verdict, response type and part of the screen.

    The signs come with it, since whatever draws has the theme at hand.
    """

    name: str
    dark: bool
    ui: Mapping[str, Style]
    level: Mapping[Level, Style]
    verdict: Mapping[Verdict, Style]
    response_type: Mapping[str, Style]
    syntax: Mapping[str, Style]
    glyphs: Glyphs = UNICODE

    @property
    def native(self) -> bool:
        """Whether it uses the terminal's own colours, which must then reach it unchanged."""
        background = self.ui["screen"].bgcolor
        return background is None or background.triplet is None

    @cached_property
    def textual(self) -> TextualTheme:
        """The same theme for Textual's own widgets and CSS."""
        screen, tile, edge = self.ui["screen"], self.ui["tile"], self.ui["edge"]
        bar = self.ui["scrollbar"]
        # In native colours Textual's CSS asks for variables that only its own themes define.
        own = BUILTIN_THEMES["ansi-dark" if self.dark else "ansi-light"] if self.native else None
        return TextualTheme(
            name=f"wallboard-{self.name}",
            primary=_css(edge.color),
            foreground=_css(screen.color),
            background=_css(screen.bgcolor),
            surface=_css(tile.bgcolor),
            panel=_css(tile.bgcolor),
            dark=self.dark,
            ansi=self.native,
            variables={
                **(own.variables if own else {}),
                "scrollbar": _css(bar.color),
                "scrollbar-hover": _css(edge.color),
                "scrollbar-active": _css(edge.color),
                "scrollbar-background": _css(bar.bgcolor),
                "scrollbar-background-hover": _css(bar.bgcolor),
                "scrollbar-background-active": _css(bar.bgcolor),
                "scrollbar-corner-color": _css(bar.bgcolor),
            },
        )


def shipped_folder() -> Path:
    """The folder of the themes that came with the program, in a checkout or an installed wheel."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "themes"
    return installed if installed.is_dir() else package.parent / "themes"


def available(folder: Path | None = None) -> list[str]:
    """The names of all themes in a folder."""
    return sorted(path.stem for path in (folder or shipped_folder()).glob("*.toml"))


def choose(asked: str, color_system: str | None, environ: Mapping[str, str] = os.environ) -> str:
    """The theme to load: ``NO_COLOR`` wins, and ``auto`` looks at what the terminal can show.

    ``color_system`` is Rich's word for that: ``None``, ``standard``, ``256`` or ``truecolor``.
    """
    if environ.get("NO_COLOR") or color_system is None:
        return PLAIN
    if asked != AUTO:
        return asked
    return SIXTEEN_COLOURS if color_system == "standard" else FALLBACK


def load(name: str, folder: Path | None = None) -> BoardTheme:
    """The named theme.

    Raises:
        ThemeError: There is no such theme, or its file does not hold a whole one.

    """
    if name not in available(folder):
        raise ThemeError(f"There is no theme {name!r}. There are: {', '.join(available(folder))}.")
    path = (folder or shipped_folder()) / f"{name}.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ThemeError(f"Theme file {path}: {error}") from error
    problems = list(_problems(table))
    if problems:
        raise ThemeError(f"Theme file {path}: {'; '.join(problems)}")
    return BoardTheme(
        name=table.get("name", name),
        dark=bool(table.get("dark", True)),
        ui=_styles(table["ui"]),
        level={level: _style(table["level"][level.label]) for level in Level},
        verdict={verdict: _style(table["verdict"][verdict]) for verdict in Verdict},
        response_type=_styles(table["response_type"]),
        syntax=_styles(table["syntax"]),
    )


def load_or_fallback(name: str, folder: Path | None = None) -> tuple[BoardTheme, str | None]:
    """The named theme or, with the reason, the one that is used when it is broken."""
    try:
        return load(name, folder), None
    except ThemeError as error:
        return load(FALLBACK), f"{error} Using the theme {FALLBACK!r}."


def _problems(table: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{key} is not known" for key in table if key not in {*_PARTS, *_FACTS})
    for key, kind in _FACTS.items():
        if not isinstance(table.get(key, kind()), kind):
            yield f"{key} must be {_KIND_WORDS[kind]}"
    for part, names in _PARTS.items():
        section = table.get(part)
        if not isinstance(section, dict):
            yield f"[{part}] is missing"
            continue
        for name in names:
            spec = section.get(name)
            if not isinstance(spec, dict):
                yield f"[{part}] {name} is missing"
            else:
                yield from (f"[{part}] {name}: {wrong}" for wrong in _style_problems(spec))
        yield from (f"[{part}] {name} is not known" for name in section if name not in names)


def _style_problems(spec: Mapping[str, Any]) -> Iterator[str]:
    for key, value in spec.items():
        if key in {"fg", "bg"}:
            if not (isinstance(value, str) and _COLOUR.fullmatch(value)):
                yield f"{key} = {value!r} is not a colour"
        elif key not in _ATTRIBUTES:
            yield f"{key} is not known"
        elif not isinstance(value, bool):
            yield f"{key} must be true or false"


def _styles(section: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Style]:
    return {name: _style(spec) for name, spec in section.items()}


def _style(spec: Mapping[str, Any]) -> Style:
    attributes = {name: spec[name] for name in _ATTRIBUTES if name in spec}
    return Style(color=spec.get("fg"), bgcolor=spec.get("bg"), **attributes)


def _css(color: Color | None) -> str:
    if color is None or color.is_default:
        return "ansi_default"
    return color.triplet.hex if color.triplet else f"ansi_{color.name}"
