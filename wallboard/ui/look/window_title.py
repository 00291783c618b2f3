"""The title of the terminal's window, by OSC 2; the one before comes back at the end.

Terminals that keep no stack of titles ignore its sequences, and then have the empty one.
"""

import re
from collections.abc import Mapping

from wallboard.domain.foreign_text import brief

MOST_CHARACTERS = 120

KEEP = "\x1b[22;2t"
BACK = "\x1b]2;\x07\x1b[23;2t"
"""Keep the title that is there, and have it back."""

_WITH_TITLE = re.compile(
    r"xterm|tmux|screen|rxvt|foot|alacritty|kitty|ghostty|wezterm|konsole|vte|gnome|putty|mintty"
    r"|contour|iterm|st(-|$)"
)
"""Others, such as the console of Linux, may print what they do not know."""


def has_title(environ: Mapping[str, str]) -> bool:
    """Whether this terminal has a title, or at least takes the sequence silently."""
    return _WITH_TITLE.match(environ.get("TERM", "")) is not None


def title_sequence(text: str) -> str:
    """The sequence that sets the title; a multiplexer takes it as that of its own window."""
    return f"\x1b]2;{brief(text, MOST_CHARACTERS)}\x07"
