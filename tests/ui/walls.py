"""Boards on a screen that is not there: how tests start one, look at it and wait for it."""

import re
import time
import unicodedata

from boards import NOW, made_board
from textual import events
from waiting import PATIENCE_SECONDS, in_words

from wallboard.settings import Settings
from wallboard.ui.app.app import WallboardApp
from wallboard.ui.app.open_screens import keyed_screens
from wallboard.ui.picture.arrangement import Arrangement
from wallboard.ui.screen.keys import groups_of
from wallboard.ui.widgets.lines import Lines

STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
JOINED_EMOJI = re.compile("(?<=[\u2600-\U0001faff])\u200d(?=[\u2600-\U0001faff])")


class Clock:
    """A clock that goes only when it is told to."""

    def __init__(self, now=NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def wall(board=None, *, clock=None, make_feed=None, density="normal", **settings):
    """An app that ticks only when the test does."""
    settings = Settings(theme="dark", refresh=60.0, **settings)
    board = board or made_board(14)
    return WallboardApp(
        settings,
        make_feed,
        board=board,
        clock=clock or Clock(),
        state=Arrangement(density=density),
    )


async def settled(pilot):
    """The app after one more tick, with everything painted."""
    await pilot.pause()
    pilot.app.tick()
    await pilot.pause()


async def until(pilot, condition):
    """Wait for something that is on its way."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > end:
            shown = text_on(pilot.app) if hasattr(pilot.app, "view") else ""
            raise AssertionError(f"in vain for {in_words(condition)}\n{shown}")
        await pilot.pause()


def parted(line):
    """A line without the joiners between two emoji, which are harmless."""
    return JOINED_EMOJI.sub("", line)


def picture(app):
    """The screen as lines of text, none of which may steer a terminal."""
    lines = [strip.text for strip in app.screen._compositor.render_strips()]
    for line in lines:
        assert not {unicodedata.category(char) for char in parted(line)} & STEERING, ascii(line)
    return lines


def text_on(app):
    """The screen as one text."""
    return "\n".join(picture(app))


def part(app, kind):
    """The text of one part of the screen."""
    region = app.screen.query_one(kind).region
    lines = picture(app)[region.y : region.bottom]
    return "\n".join(line[region.x : region.right] for line in lines)


def ids_on(app):
    """The ids of the entry points on the wall, as they are read."""
    return [int(number) for number in re.findall(r"\b(1\d\d\d)\b", text_on(app))]


def words_of(app, selector="Lines"):
    """All lines of a widget of lines, on the screen or not."""
    lines = app.screen.query_one(selector, Lines)._lines
    return ["".join(segment.text for segment in line) for line in lines]


def wheel(app, widget, *, up=False):
    """Turn the wheel of the mouse by a notch over a widget."""
    kind = events.MouseScrollUp if up else events.MouseScrollDown
    x, y = widget.region.x + 3, widget.region.y + 1
    app.screen._forward_event(
        kind(
            widget=None,
            x=x,
            y=y,
            delta_x=0,
            delta_y=0,
            button=0,
            shift=False,
            meta=False,
            ctrl=False,
            screen_x=x,
            screen_y=y,
        )
    )


def help_groups(app, about=None):
    """The groups of keys that the help shows when it is asked for on a screen."""
    return groups_of(app, about or app.screen, keyed_screens())
