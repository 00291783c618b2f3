"""Asks for one line of text: a reason, until when, or a note."""

from collections.abc import Callable

from rich.segment import Segment
from rich.style import Style
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from wallboard.frozen import frozen
from wallboard.ui.look.text import fit, safe
from wallboard.ui.look.theme import FRAME, BoardTheme
from wallboard.ui.terminal.screen import CellScreen
from wallboard.ui.widgets.input_lines import TypedLine
from wallboard.ui.widgets.key_bar import Hint, KeyBar
from wallboard.ui.widgets.lines import Lines, word_wrapped

MOST_CHARACTERS = 200
WIDTH = 64


@frozen
class Understood:
    """What a typed text means, or what is wrong with it: a sentence for whoever types it."""

    words: str = ""
    good: bool = True


@frozen(kw_only=True)
class Question:
    """What is asked.

    ``paragraphs`` say what it is about, the first is its title; they are safe to show. ``offers``
    are texts to choose from, ``understand`` tells what a text means, ``yes`` what Enter does.
    """

    paragraphs: tuple[str, ...]
    yes: str
    placeholder: str
    understand: Callable[[str], Understood]
    offers: tuple[str, ...] = ()


class AskScreen(ModalScreen[str | None], CellScreen[str | None]):
    """Returns the text, or ``None`` if nothing is to be done."""

    DEFAULT_CSS = """
    AskScreen { align: center middle; background: transparent; }
    AskScreen > Vertical { width: 64; max-width: 100%; height: auto; max-height: 100%; }
    AskScreen:ansi > Vertical { border: solid $primary; }
    AskScreen Lines { height: auto; }
    AskScreen Input, AskScreen Input:focus { height: 1; border: none; padding: 0 2;
                                             background: $surface; color: $foreground; }
    """

    BINDINGS = [
        Binding("enter", "answer", "Yes", priority=True, id="answer"),
        Binding("up", "offer(-1)", "Previous offer", priority=True, id="offer_before"),
        Binding("down", "offer(1)", "Next offer", priority=True, id="offer_after"),
        Binding("escape", "dismiss", "Cancel", priority=True, id="close"),
    ]

    def __init__(self, theme: BoardTheme, question: Question) -> None:
        super().__init__()
        offers = (Hint(("offer_before", "offer_after"), "Choose"),) if question.offers else ()
        self.main_keys = (Hint(("answer",), question.yes), *offers, Hint(("close",)))
        self.theme_styles = theme
        self._question = question
        self._asked = Lines(theme, "notice")
        self._below = Lines(theme, "tile")
        self._chosen: int | None = None
        self._line = TypedLine(
            placeholder=question.placeholder,
            compact=True,
            max_length=MOST_CHARACTERS,
            select_on_focus=False,
        )
        self._line.cursor_blink = False

    def compose(self) -> ComposeResult:
        """What it is about, the line, what is understood, and the offers."""
        with Vertical():
            yield self._asked
            yield self._line
            yield self._below
        yield KeyBar(self.theme_styles)

    def on_mount(self) -> None:
        """Draw it, and type into the line from now on."""
        self._draw()
        self.set_focus(self._line)

    def on_resize(self) -> None:
        """Wrap it for the new width."""
        self.call_after_refresh(self._draw)

    def restyle(self, theme: BoardTheme) -> None:
        """Take another theme."""
        self.theme_styles = theme
        self._draw()

    def on_key(self, event: events.Key) -> None:
        """Take keys that arrived before the line had the focus."""
        if event.character and event.is_printable and not self._line.has_focus:
            self._line.insert_text_at_cursor(event.character)
            event.stop()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offers can be chosen where there are any."""
        return bool(self._question.offers) if action == "offer" else True

    def action_offer(self, step: int) -> None:
        """Put the next or previous offer into the line."""
        offers = self._question.offers
        last = -1 if self._chosen is None and step > 0 else self._chosen or 0
        self._chosen = (last + step) % len(offers)
        self._line.value = offers[self._chosen]
        self._line.cursor_position = len(self._line.value)

    def action_answer(self) -> None:
        """Return the text, if it is good; a second key is ignored."""
        text = self._line.value.strip()
        if self._question.understand(text).good and self.is_current:
            self.dismiss(text)
        else:
            self._draw(complain=True)

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        message.stop()
        offers = self._question.offers
        if self._chosen is None or message.value != offers[self._chosen]:
            self._chosen = next((n for n, o in enumerate(offers) if o == message.value), None)
        self._draw()

    def _draw(self, *, complain: bool = False) -> None:
        theme, base = self.theme_styles, self._asked.background
        glyphs = theme.glyphs
        frame = FRAME if theme.native else 0
        width = max(1, min(WIDTH, self.app.size.width) - 4 - frame)
        title, *others = self._question.paragraphs
        strong = base + Style(bold=True)
        lines = [Segment(f"  {line}", strong) for line in word_wrapped(title, width)]
        for text in others:
            lines += [Segment(f"  {line}", base) for line in word_wrapped(text, width)]
        self._asked.put([[], *([line] for line in lines), []])
        ui = theme.ui
        understood = self._question.understand(self._line.value.strip())
        plain = self._below.background
        style = ui["mark"] + plain.background_style if complain or not understood.good else plain
        hint = [f"  {line}" for line in word_wrapped(understood.words, width)]
        below = [[Segment(line, style)] for line in hint]
        for number, offer in enumerate(self._question.offers):
            chosen = number == self._chosen
            pointer = glyphs.pointer if chosen else " "
            text = fit(f" {pointer} {safe(offer)}", width + 4, glyphs)
            below.append([Segment(text, ui["cursor"] if chosen else plain)])
        self._below.put([*below, []])
