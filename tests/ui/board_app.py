"""A board that stands still, for a pseudo-terminal; on SIGUSR1 it says what it wants shown.

Arguments: the file to say that in, then settings as JSON.
"""

import asyncio
import json
import signal
import sys
from dataclasses import replace
from pathlib import Path

from boards import NOW, made_board

from wallboard.settings import Settings
from wallboard.ui.app.app import WallboardApp
from wallboard.ui.picture.arrangement import Arrangement

HOSTILE = (
    "\x1b[2J\x1b]0;owned\x07",
    "日本語のチャット",
    "مبيعات \u202etxt.exe",
    "e\u0301\u0301\u0301 combining",
    "👨\u200d👩\u200d👧 family 🇩🇪",
    "[bold red]markup[/]",
    "\r\n\t\x08\x9b31m",
    "\ud800 lone",
    "x" * 300,
    "\u200b\u2066\u00ad",
)


def hostile_board(count):
    """A board whose entry points have the names nobody would choose."""
    board = made_board(count)
    snapshot = board.snapshot(NOW)
    named = [
        (replace(status.entry_point, name=HOSTILE[n % len(HOSTILE)], group=HOSTILE[n % 3]), status)
        for n, status in enumerate(snapshot.entry_points.values())
    ]
    board.replace([(entry_point, status.policy) for entry_point, status in named], NOW)
    return board


class BoardApp(WallboardApp):
    """A board that can be asked what it wants on the screen."""

    def __init__(self, answer: Path, settings: Settings, density: str) -> None:
        state = Arrangement(density=density)
        board = hostile_board(30)
        super().__init__(settings, board=board, clock=lambda: NOW, state=state)
        self.answer = answer

    def on_mount(self) -> None:
        super().on_mount()
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, self.say_wanted)

    def say_wanted(self) -> None:
        painter = self._painter
        rows = [
            [
                (text, sorted(pen.attributes), pen.foreground, pen.background)
                for text, pen in zip(texts, pens, strict=True)
            ]
            for texts, pens in zip(painter._texts, painter._inks, strict=True)
        ]
        words = json.dumps({"faults": self.paint_faults, "rows": rows})
        draft = self.answer.with_suffix(".draft")
        draft.write_text(words)
        draft.replace(self.answer)


if __name__ == "__main__":
    wishes = json.loads(sys.argv[2])
    density = wishes.pop("density", "normal")
    app = BoardApp(Path(sys.argv[1]), Settings(refresh=60.0, **wishes), density)
    app.run()
    sys.exit(app.return_code or 0)
