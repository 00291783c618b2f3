"""Themes: where they are, which one to use, the styles they define, and edits of their files."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from rich.color import Color
from rich.style import Style

from wallboard.config.config_file import config_folder
from wallboard.domain.policy import Level, Verdict
from wallboard.files import within
from wallboard.frozen import frozen
from wallboard.ui.look.glyphs import UNICODE, Glyphs
from wallboard.ui.look.theme_file import ThemeError, filled, read_table, styles

if TYPE_CHECKING:
    from textual.theme import Theme as TextualTheme


FALLBACK = "dark"
LIGHT = "light"
FOLDER_SECONDS = 1.0
"""How long the folder of the user's own themes may take to answer."""

AUTO = "auto"
PLAIN = "mono"
SIXTEEN_COLOURS = "ansi16"

FRAME = 2
"""Cells of a frame, used where the terminal's own colours cannot set a page apart."""

_NO_IDENTIFIER = re.compile(r"[^a-zA-Z0-9_-]")


@dataclass(frozen=True)
class BoardTheme:
    """The styles of one theme: of each level, verdict, response type and part of the screen.

    It also carries the glyphs, and whether charts sweep or scroll.
    """

    name: str
    dark: bool
    ui: Mapping[str, Style]
    level: Mapping[Level, Style]
    verdict: Mapping[Verdict, Style]
    response_type: Mapping[str, Style]
    syntax: Mapping[str, Style]
    glyphs: Glyphs = UNICODE
    sweeps: bool = False
    problem: str | None = None
    """What its file lacks, and what is used instead."""

    @property
    def native(self) -> bool:
        """Whether it uses the terminal's own colours, which must then reach it unchanged."""
        background = self.ui["screen"].bgcolor
        return background is None or background.triplet is None

    def title(self, verdict: Verdict, level: Level) -> Style:
        """The verdict on a tile or line: a filled bar for a fault, only a tone for what is well.

        An open one whose level is raised has the tone of that level, filled where that is serious.
        """
        if level is Level.OK:
            return self.level[level]
        if verdict is not Verdict.OPEN:
            return self.verdict[verdict]
        return self.level[level] if level is Level.WARNING else self.filled(level)

    def filled(self, level: Level) -> Style:
        """A bar, or the whole header, in the tone of a level; that of the header where all is well.

        In the terminal's own colours it is the same reversed.
        """
        style, background = self.level[level], self.ui["screen"].bgcolor
        if level is Level.OK:
            return self.ui["header"]
        if self.native:
            return style + Style(reverse=True, underline=False)
        return Style(color=background, bgcolor=style.color, bold=True)

    def shape(self, level: Level) -> Style:
        """An edge or a slice of a strip; reversed or underlined it would be another shape."""
        return self.level[level] + Style(reverse=False, underline=False)

    @cached_property
    def textual(self) -> "TextualTheme":
        """The same theme for Textual's own widgets and CSS."""
        # Themes are listed and checked without the wall, and Textual takes long to load.
        from textual.theme import BUILTIN_THEMES
        from textual.theme import Theme as TextualTheme

        screen, tile, edge = self.ui["screen"], self.ui["tile"], self.ui["edge"]
        bar = self.ui["scrollbar"]
        # In native colours Textual's CSS asks for variables that only its own themes define.
        own = BUILTIN_THEMES["ansi-dark" if self.dark else "ansi-light"] if self.native else None
        return TextualTheme(
            name=f"wallboard-{_NO_IDENTIFIER.sub('-', self.name)}",
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
    package = Path(__file__).resolve().parents[2]
    installed = package / "themes"
    return installed if installed.is_dir() else package.parent / "themes"


def own_folder() -> Path | None:
    """The folder of the user's own themes, which may not exist; ``None`` without a home."""
    folder = config_folder()
    return folder / "themes" if folder else None


@frozen
class ThemeFile:
    """A theme file; ``own`` if it is the user's."""

    name: str
    path: Path
    own: bool


def theme_files(folder: Path | None = None) -> dict[str, ThemeFile]:
    """All themes by name: of one folder, or the shipped ones with the user's own over them."""
    if folder is not None:
        return _files_in(folder, own=False)
    found = _files_in(shipped_folder(), own=False)
    if own := own_folder():
        found |= _files_in(own, own=True)
    return dict(sorted(found.items()))


def available(folder: Path | None = None) -> list[str]:
    """The names of all themes, or of those in one folder."""
    return list(theme_files(folder))


def choose(
    asked: str,
    color_system: str | None,
    environ: Mapping[str, str] = os.environ,
    *,
    dark: bool | None = None,
) -> str:
    """The theme to load: ``NO_COLOR`` takes precedence, ``auto`` depends on the terminal.

    ``color_system`` is Rich's name for colours: ``None``, ``standard``, ``256`` or ``truecolor``.
    ``dark`` is whether the terminal reported a dark background, if it reported any.
    """
    if environ.get("NO_COLOR") or color_system is None:
        return PLAIN
    if asked != AUTO:
        return asked
    if color_system == "standard":
        return SIXTEEN_COLOURS
    if dark is None:
        dark = not _light_background(environ)
    return FALLBACK if dark else LIGHT


def load(name: str, folder: Path | None = None) -> BoardTheme:
    """The named theme; a name is that of the file.

    Raises:
        ThemeError: There is no such theme, or something in its file is wrong.

    """
    files = theme_files(folder)
    if name not in files:
        raise ThemeError(f"There is no theme {name!r}. There are: {', '.join(files)}.")
    return load_file(files[name])


def load_file(file: ThemeFile) -> BoardTheme:
    """The theme in a file, with missing parts filled in. Raises ``ThemeError``."""
    table, lacking = read_table(file.path)
    problem = None
    if lacking:
        spare = FALLBACK if table["dark"] else LIGHT
        table = filled(table, read_table(shipped_folder() / f"{spare}.toml")[0])
        problem = (
            f"Theme file {file.path} lacks {', '.join(lacking)}. A verdict looks like its level, "
            f"the rest as in the theme {spare!r}."
        )
    levels, verdicts = styles(table["level"]), styles(table["verdict"])
    return BoardTheme(
        name=file.name,
        dark=table["dark"],
        ui=styles(table["ui"]),
        level={level: levels[level.label] for level in Level},
        verdict={verdict: verdicts[verdict] for verdict in Verdict},
        response_type=styles(table["response_type"]),
        syntax=styles(table["syntax"]),
        problem=problem,
    )


def load_for(name: str, color_system: str | None) -> tuple[BoardTheme, str | None]:
    """The named theme, or the one for sixteen colours where the terminal has no more than these.

    A theme of true colours would have several verdicts look alike there.
    """
    theme, problem = load_or_fallback(name)
    if color_system == "standard" and not theme.native:
        theme = load(SIXTEEN_COLOURS, shipped_folder())
    return theme, problem


def load_or_fallback(name: str, folder: Path | None = None) -> tuple[BoardTheme, str | None]:
    """The named theme and what it lacks; or the fallback and why the named one cannot be used."""
    try:
        theme = load(name, folder)
        return theme, theme.problem
    except ThemeError as error:
        problem = f"{str(error).rstrip('.')}. Using the theme {FALLBACK!r}."
        return load(FALLBACK, shipped_folder()), problem


def _files_in(folder: Path, *, own: bool) -> dict[str, ThemeFile]:
    try:
        paths = within(lambda: sorted(folder.iterdir()), FOLDER_SECONDS)
    except OSError:
        return {}
    # Editors keep what is not saved yet in hidden files.
    visible = [path for path in paths if not path.name.startswith(".")]
    themes = [path for path in visible if path.suffix == ".toml"]
    return {path.stem: ThemeFile(path.stem, path, own) for path in themes}


def _light_background(environ: Mapping[str, str]) -> bool:
    """What ``COLORFGBG`` says: its last number is the background's, of the sixteen colours."""
    background = environ.get("COLORFGBG", "").rpartition(";")[2]
    return background in {"7", "9", "10", "11", "12", "13", "14", "15"}


def _css(color: Color | None) -> str:
    if color is None or color.is_default:
        return "ansi_default"
    return color.triplet.hex if color.triplet else f"ansi_{color.name}"


_Stamp = tuple[tuple[int, int, int] | None, ...]


class ThemeWatch:
    """Reports each edit of a theme file once, when polled at every tick.

    A file is read only after its time and size have not changed for a tick, since an editor may
    still be writing.
    """

    def __init__(self, name: str) -> None:
        """Watch the files of this theme."""
        self._folders = [folder for folder in (own_folder(), shipped_folder()) if folder]
        self.name = name
        try:
            self._read = self._last = within(self._stamp, FOLDER_SECONDS)
        except OSError:
            self._read = self._last = ()

    def poll(self) -> BoardTheme | ThemeError | None:
        """The edited theme, or why it cannot be used; ``None`` without an edit."""
        stamp, before = self._stamp(), self._last
        self._last = stamp
        if stamp == self._read or stamp != before:
            return None
        self._read = stamp
        try:
            return load(self.name)
        except ThemeError as error:
            return error

    def _stamp(self) -> _Stamp:
        return tuple(_stamp_of(folder / f"{self.name}.toml") for folder in self._folders)


def _stamp_of(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
