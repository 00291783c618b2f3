"""One entry point as a large tile, with its estimated wait and queue in digits of blocks."""

from rich.segment import Segment

from wallboard.board import EntryPointStatus
from wallboard.ui.look.text import fit
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.wall.big_digits import big, big_width, clock_of, count_of
from wallboard.ui.wall.layout import LARGE
from wallboard.ui.wall.tile import TilePainter
from wallboard.ui.wall.tile_styles import TileStyles


class LargePainter(TilePainter):
    """Draws large tiles: the lines of a tile, with big digits between them."""

    height = LARGE.height

    def __init__(self, theme: BoardTheme, width: int) -> None:
        """``width`` is in cells and includes the gap to the next tile."""
        super().__init__(theme, width)
        self._block = theme.glyphs.block

    def body(self, status: EntryPointStatus, now: float, styles: TileStyles) -> list[list[Segment]]:
        """Name, digits, what they are, slots and button, and the chart."""
        return [
            self._name(status, now, styles),
            *self._digits(status, now, styles),
            self._labels(status, styles),
            self._slots_and_button(status.judgement, now, styles),
            self._spark(status, now, styles),
        ]

    def _digits(
        self, status: EntryPointStatus, now: float, styles: TileStyles
    ) -> list[list[Segment]]:
        judgement, limits = status.judgement, status.policy.thresholds
        waiting, queue = self._texts(status)
        wait_style = styles.value(judgement, limits.wait_level(judgement.wait_seconds), now)
        queue_style = styles.value(judgement, limits.queue_level(judgement.queue_depth), now)
        between = self._inner - 2 - big_width(waiting) - big_width(queue)
        pad = Segment(" ", styles.body)
        return [
            [
                pad,
                Segment(left, wait_style),
                Segment(" " * between, styles.body),
                Segment(right, queue_style),
                pad,
            ]
            for left, right in zip(
                big(waiting, self._block), big(queue, self._block) or [""] * 5, strict=True
            )
        ]

    def _labels(self, status: EntryPointStatus, styles: TileStyles) -> list[Segment]:
        queue = self._texts(status)[1]
        right = "queue " if queue else f"queue {count_of(status.judgement.queue_depth)} "
        left = fit(" est. wait", self._inner - len(right), self.glyphs)
        return [Segment(left, styles.muted), Segment(right, styles.muted)]

    def _texts(self, status: EntryPointStatus) -> tuple[str, str]:
        """The two figures; the queue is left to the label where both do not fit."""
        waiting = clock_of(status.judgement.wait_seconds)
        queue = count_of(status.judgement.queue_depth)
        room = self._inner - 4 - big_width(waiting)
        return waiting, queue if big_width(queue) <= room else ""
