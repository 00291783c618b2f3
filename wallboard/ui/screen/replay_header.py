"""The first line of the header while the picture is not live: that, and of which moment it is."""

import time

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from wallboard.ui.look.text import safe
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.view import ReplayPosition, View
from wallboard.ui.widgets.lines import cut

WORD = "REPLAY"


def replay_head(
    view: View, replay_position: ReplayPosition, width: int, theme: BoardTheme
) -> list[Segment]:
    """The line: the word and the moment always, the rest where there is room."""
    base = theme.ui["frozen"]
    strong = base + Style(bold=True)
    word = Segment(f" {WORD} ", strong + Style(reverse=not strong.reverse))
    moment = time.localtime(replay_position.at)
    whole, short = time.strftime("%a %d %b %Y %H:%M:%S", moment), time.strftime("%H:%M:%S", moment)
    state, title = f" {_state(replay_position, theme)} ", f" {safe(view.title)} "
    room = width - word.cell_length
    when = f" {whole} " if cell_len(whole) + 2 <= room else f" {short} "
    line = [word, Segment(when, strong)]
    room -= cell_len(when)
    if cell_len(state) <= room:
        line.append(Segment(state, base))
        room -= cell_len(state)
    if cell_len(title) <= room:
        line += [Segment(" " * (room - cell_len(title)), base), Segment(title, base)]
    return cut(line, width, base, theme.glyphs)


def _state(replay_position: ReplayPosition, theme: BoardTheme) -> str:
    speed = f"{replay_position.speed:g}{theme.glyphs.times}"
    state = f"{theme.glyphs.pointer} playing {speed}" if replay_position.playing else "paused"
    return state if replay_position.recorded else f"{state}, nothing was recorded then"
