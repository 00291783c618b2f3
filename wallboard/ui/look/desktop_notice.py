"""Messages on the desktop by the terminal: OSC 9, 777 or 99, or its bell where it has none."""

from collections.abc import Mapping

from wallboard.domain.foreign_text import brief
from wallboard.setting_types import DesktopSequence
from wallboard.ui.look.multiplexer import multiplexer, through
from wallboard.ui.look.terminal_program import Terminal, terminal_program

MOST_TITLE, MOST_TEXT = 80, 250
"""Characters."""

BELL = "\x07"

_SEQUENCES: Mapping[Terminal, DesktopSequence] = {
    Terminal.KITTY: "osc99",
    Terminal.GHOSTTY: "osc777",
    Terminal.WEZTERM: "osc777",
    Terminal.FOOT: "osc777",
    Terminal.KONSOLE: "osc777",
    Terminal.RXVT: "osc777",
    Terminal.ITERM: "osc9",
}
"""What each terminal is known to show; the others have the bell."""


def desktop_sequence(asked: bool | DesktopSequence, environ: Mapping[str, str]) -> DesktopSequence:
    """By which sequence a message is sent; ``asked`` is the setting."""
    if isinstance(asked, str):
        return asked
    return _SEQUENCES.get(terminal_program(environ), "bell")


def desktop_notice(
    title: str, text: str, sequence: DesktopSequence, environ: Mapping[str, str]
) -> str:
    """What to send for a message, free of all that could steer a terminal.

    A multiplexer may drop it without a word, so there the bell rings as well.
    """
    title, text = _plain(title, MOST_TITLE), _plain(text, MOST_TEXT)
    match sequence:
        case "osc9":
            # Of digits and a semicolon at its beginning other terminals would make a command.
            sent = f"\x1b]9;{title}: {text}\x07"
        case "osc777":
            sent = f"\x1b]777;notify;{title};{text}\x07"
        case "osc99":
            sent = f"\x1b]99;i=wallboard:d=0;{title}\x07\x1b]99;i=wallboard:p=body:u=2;{text}\x07"
        case "bell":
            return BELL
    return through(sent, environ) + (BELL if multiplexer(environ) else "")


def _plain(text: str, most: int) -> str:
    """On one line without semicolons, which part the fields of a sequence."""
    return brief(text, most).replace(";", ",")
