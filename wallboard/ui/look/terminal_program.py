"""Which terminal this is, as far as the environment tells, also through SSH and a multiplexer."""

import re
from collections.abc import Mapping
from enum import StrEnum


class Terminal(StrEnum):
    """Terminals that can do more than their ``TERM`` says."""

    KITTY = "kitty"
    GHOSTTY = "Ghostty"
    WEZTERM = "WezTerm"
    ITERM = "iTerm2"
    FOOT = "foot"
    KONSOLE = "Konsole"
    RXVT = "rxvt"
    VTE = "VTE"
    WINDOWS = "Windows Terminal"
    CONEMU = "ConEmu"
    OTHER = ""


_BY_TERM = (
    ("xterm-kitty", Terminal.KITTY),
    ("xterm-ghostty", Terminal.GHOSTTY),
    ("wezterm", Terminal.WEZTERM),
    ("foot", Terminal.FOOT),
    ("rxvt", Terminal.RXVT),
)
_BY_PROGRAM = {
    "ghostty": Terminal.GHOSTTY,
    "WezTerm": Terminal.WEZTERM,
    "iTerm.app": Terminal.ITERM,
}
_BY_VARIABLE = {
    "KITTY_WINDOW_ID": Terminal.KITTY,
    "GHOSTTY_RESOURCES_DIR": Terminal.GHOSTTY,
    "WEZTERM_PANE": Terminal.WEZTERM,
    "ITERM_SESSION_ID": Terminal.ITERM,
    "WT_SESSION": Terminal.WINDOWS,
    "ConEmuANSI": Terminal.CONEMU,
    "KONSOLE_VERSION": Terminal.KONSOLE,
    "VTE_VERSION": Terminal.VTE,
}
"""What terminals set beside ``TERM``; a program in them may hand it on to another terminal."""


def terminal_program(environ: Mapping[str, str]) -> Terminal:
    """The terminal; what is nearest to it tells first."""
    term = environ.get("TERM", "")
    for beginning, terminal in _BY_TERM:
        if term.startswith(beginning):
            return terminal
    program = environ.get("TERM_PROGRAM", "")
    if program in _BY_PROGRAM:
        return _BY_PROGRAM[program]
    if environ.get("LC_TERMINAL") == "iTerm2":
        return Terminal.ITERM
    if program not in {"", "tmux"}:
        return Terminal.OTHER
    found = (terminal for name, terminal in _BY_VARIABLE.items() if environ.get(name))
    return next(found, Terminal.OTHER)


def version_of(terminal: Terminal, environ: Mapping[str, str]) -> tuple[int, ...]:
    """The version of VTE or iTerm2, ``(3, 6, 6)``; empty where it is not known."""
    if terminal is Terminal.VTE:
        number = environ.get("VTE_VERSION", "")
        return (int(number) // 100, int(number) % 100) if re.fullmatch("[0-9]{4,6}", number) else ()
    if terminal is Terminal.ITERM:
        text = environ.get("LC_TERMINAL_VERSION") or environ.get("TERM_PROGRAM_VERSION", "")
        parts = re.match(r"[0-9]{1,4}(\.[0-9]{1,4}){0,3}", text)
        return tuple(map(int, parts[0].split("."))) if parts else ()
    return ()
