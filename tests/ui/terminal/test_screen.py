"""Screens are laid out for the size there is now; and what Textual does that makes that needed."""

import asyncio
import gc
import subprocess
import sys
import weakref

import pytest
from textual.app import App
from textual.events import Resize
from textual.screen import Screen
from waiting import until

from wallboard.ui.app.configured_keys import bindings_by_screen
from wallboard.ui.look.theme import load
from wallboard.ui.terminal.screen import CellScreen, PromptScreen
from wallboard.ui.widgets.lines import Lines

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
        await pilot.pause()  # for the layout it begins with
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


async def test_two_sizes_lay_a_screen_out_a_few_times():
    assert await layouts_after_two_sizes(CellScreen) <= 2 * len(SIZES)


async def test_textual_still_lays_out_for_two_sizes_for_ever():
    assert await layouts_after_two_sizes(Screen) >= MANY, "CellScreen is no longer needed"


def test_textual_still_begins_with_the_size_of_the_environment(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("LINES", "60")
    assert App().size == (200, 60), "BoardDriver need no longer set the first size"


def test_every_screen_is_laid_out_for_the_size_there_is():
    bindings_by_screen()  # loads all of them
    from wallboard.ui.help import palette

    screens = [kind for kind in _subclasses(Screen) if kind.__module__.startswith("wallboard.")]
    assert palette.Commands in screens
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


class Remembering(Lines):
    """Notes the callbacks it puts off."""

    def __init__(self) -> None:
        super().__init__(load("dark"), "screen")
        self.called = []

    def put_off(self, word):
        self.call_after_refresh(self.called.append, word)


async def test_what_a_widget_puts_off_is_dropped_when_it_is_taken_away():
    app = App()
    async with app.run_test():
        gone, there = Remembering(), Remembering()
        await app.mount(gone, there)
        there.put_off("there")
        gone.put_off("gone")
        await gone.remove()
        there.put_off("after what is gone")
        await until(lambda: len(there.called) == 2)
        assert (gone.called, there.called) == ([], ["there", "after what is gone"])


def test_widgets_that_are_gone_leave_their_lines_only_to_textuals_own_cache():
    """Fails once Textual says ``classmethod``: then the line that does so for it can go."""
    code = (
        "from inspect import getattr_static as get; from textual._styles_cache import StylesCache;"
        "assert not isinstance(get(StylesCache, 'get_inner_outer'), classmethod);"
        "import wallboard.ui.terminal.screen;"
        "assert isinstance(get(StylesCache, 'get_inner_outer'), classmethod)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


async def test_a_screen_that_was_left_is_forgotten():
    app = App()
    async with app.run_test() as pilot:
        screen = PromptScreen()
        await app.push_screen(screen)
        await screen.mount(Remembering())
        await pilot.pause()
        known = weakref.ref(screen)
        await app.pop_screen()
        del screen
        await pilot.pause()
        for _ in range(3):
            gc.collect()
        assert known() is None
