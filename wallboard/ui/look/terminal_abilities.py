"""What this terminal can do; does not import Textual."""

import os
from collections.abc import Mapping

from wallboard.domain.doctor import Fact, Finding, Step
from wallboard.domain.policy import Level
from wallboard.settings import Settings
from wallboard.ui.look import glyphs

LEAST_WIDTH, LEAST_HEIGHT = 28, 9
"""Columns and rows below which no board is drawn."""

_COLOURS = {"standard": 16, "256": 256, "truecolor": 16_777_216}
_COLOUR_WORDS = {
    0: "no colours",
    16: "16 colours",
    256: "256 colours",
    16_777_216: "16 million colours",
}


def can_be_drawn_on(term: str) -> bool:
    """Whether a terminal of this ``TERM`` moves its cursor."""
    return term.lower() not in {"dumb", "unknown"}


def terminal_finding(
    settings: Settings,
    size: os.terminal_size | None,
    environ: Mapping[str, str] = os.environ,
) -> Finding:
    """The finding about the terminal; ``size`` is ``None`` without one."""
    from wallboard.ui.look.clipboard import clipboard_sequence
    from wallboard.ui.look.desktop_notice import desktop_sequence
    from wallboard.ui.look.multiplexer import multiplexer

    term = environ.get("TERM", "")
    colours, signs = _colours(environ), glyphs.choose(settings.ascii, environ).name
    inside = multiplexer(environ)
    clipboard = clipboard_sequence("", environ) is not None
    desktop = desktop_sequence(settings.alarm.desktop, environ) if settings.alarm.desktop else None
    facts: dict[str, Fact] = {
        "term": term or None,
        "columns": size.columns if size else None,
        "rows": size.lines if size else None,
        "colours": colours,
        "signs": signs,
        "clipboard": clipboard,
        "desktop": desktop,
        "inside": inside or None,
    }
    words = [
        f"TERM={term or '(not set)'}",
        f"{size.columns} columns and {size.lines} rows" if size else "output goes to no terminal",
        _COLOUR_WORDS[colours],
        {"unicode": "UTF-8", "ascii": "plain ASCII", "console": "signs of the console"}[signs],
        *([f"inside {inside}"] if inside else []),
        _clipboard(inside) if clipboard else "no clipboard",
        *([_desktop(desktop, inside)] if desktop else []),
    ]
    level, advice = _fault(term, size)
    sentence = f"{', '.join(words)}.{advice}"
    return Finding(Step.TERMINAL, level, sentence, facts=facts)


def _fault(term: str, size: os.terminal_size | None) -> tuple[Level, str]:
    if size is None:
        return Level.OK, " The board would be printed as text."
    if not can_be_drawn_on(term):
        return Level.WARNING, " The board is printed as text: set TERM to what the terminal is."
    if not term:
        return Level.WARNING, " The board has to guess: set TERM to what the terminal is."
    if size.columns < LEAST_WIDTH or size.lines < LEAST_HEIGHT:
        least = f"{LEAST_WIDTH} columns and {LEAST_HEIGHT} rows"
        return Level.WARNING, f" That is too small for the board, which needs {least}."
    return Level.OK, ""


def _clipboard(inside: str) -> str:
    if inside == "tmux":
        return "clipboard by OSC 52, if tmux has set-clipboard or allow-passthrough on"
    return "clipboard by OSC 52, if the terminal takes it"


def _desktop(sequence: str, inside: str) -> str:
    if sequence == "bell":
        return "new alarms by the bell"
    way = "new alarms on the desktop by " + sequence.upper().replace("OSC", "OSC ")
    return f"{way}, if tmux has allow-passthrough on" if inside == "tmux" else way


def _colours(environ: Mapping[str, str]) -> int:
    """How many colours the board would use here."""
    if environ.get("NO_COLOR"):
        return 0
    from rich.console import Console

    system = Console(force_terminal=True, _environ=environ).color_system
    return _COLOURS.get(system or "", 0)
