"""The error colour of the tab and the taskbar, by OSC 9;4.

To many terminals each OSC 9 is a message for the desktop: it is only sent to those that are known
to take this one for what it is, and never through a multiplexer.
"""

from collections.abc import Mapping

from wallboard.ui.look.multiplexer import multiplexer
from wallboard.ui.look.terminal_program import Terminal, terminal_program, version_of

ERROR = "\x1b]9;4;2;100\x07"
CLEAR = "\x1b]9;4;0;0\x07"

AGAIN_SECONDS = 5.0
"""How often it is said again: Ghostty takes it back after fifteen seconds."""

_KNOWN = frozenset({Terminal.GHOSTTY, Terminal.WEZTERM, Terminal.WINDOWS, Terminal.CONEMU})
_SINCE = {Terminal.VTE: (79,), Terminal.ITERM: (3, 6, 6)}
"""Before these versions it was swallowed, or shown as a message."""


def has_taskbar(environ: Mapping[str, str]) -> bool:
    """Whether this terminal is known to show it."""
    if multiplexer(environ):
        return False
    terminal = terminal_program(environ)
    since = _SINCE.get(terminal)
    return terminal in _KNOWN or (since is not None and version_of(terminal, environ) >= since)
