"""Screens are laid out for the size there is now; and what Textual does that makes that needed."""

import asyncio

import pytest
from textual.app import App
from textual.events import Resize
from textual.screen import Screen

from wallboard.ui.configuredkeys import bindings_by_screen
from wallboard.ui.terminal.screen import CellScreen

SIZES = ((90, 20), (100, 30))
MANY = 50


def screen_is_busy():
    """Comes between two sizes in the queue of a screen."""


def counting(kind):
    """A screen of this kind that counts how often it is laid out."""

    class Counting(kind):
        layouts = 0

        def _refresh_layout(self, size=None, scroll=False):
            self.layouts += 1
            if self.layouts > MANY:
                return  # or the test would not end either
            super()._refresh_layout(size, scroll)
            # As widgets do that are resized; two sizes in a row would become one.
            self.call_later(screen_is_busy)

    return Counting()


async def layouts_after_two_sizes(kind) -> int:
    """How often a screen is laid out after two sizes were heard, as far as it is worth counting."""

    class Sized(App):
        def get_default_screen(self):
            return counting(kind)

    async with Sized().run_test() as pilot:
        screen = pilot.app.screen
        screen.layouts = 0
        for size in SIZES:
            screen.post_message(Resize.from_dimensions(size, None))
            screen.call_later(screen_is_busy)
        for _ in range(20 * MANY):
            await asyncio.sleep(0)
            if screen.layouts >= MANY:
                break
        return screen.layouts


async def test_two_sizes_lay_a_screen_out_twice():
    assert await layouts_after_two_sizes(CellScreen) <= len(SIZES)


async def test_textual_still_lays_out_for_two_sizes_for_ever():
    assert await layouts_after_two_sizes(Screen) >= MANY, "CellScreen is no longer needed"


def test_textual_still_begins_with_the_size_of_the_environment(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("LINES", "60")
    assert App().size == (200, 60), "BoardDriver need no longer set the first size"


def test_every_screen_is_laid_out_for_the_size_there_is():
    bindings_by_screen()  # loads all of them
    from wallboard.ui import commands

    screens = [kind for kind in _subclasses(Screen) if kind.__module__.startswith("wallboard.")]
    assert commands.Commands in screens
    assert [kind for kind in screens if not issubclass(kind, CellScreen)] == []


def _subclasses(kind):
    return [one for sub in kind.__subclasses__() for one in (sub, *_subclasses(sub))]


async def test_textual_still_prints_all_variables_of_what_ends_an_app(capsys):
    class Broken(App):
        def on_mount(self):
            secret = "hunter2"
            raise ValueError(len(secret))

    with pytest.raises(ValueError, match="7"):
        async with Broken().run_test():
            pass
    assert "hunter2" in capsys.readouterr().err, "CellApp need no longer keep errors to itself"
