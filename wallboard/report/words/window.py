"""A span of the past, and which parts of it were recorded."""

from collections.abc import Iterable, Iterator

from wallboard.frozen import frozen
from wallboard.recorder.reading.segments import Span


@frozen
class Window:
    """From ``since`` to ``until``, Unix time in seconds.

    ``recorded`` are the parts of it in which there was a recording, in order and apart.
    """

    since: float
    until: float
    recorded: tuple[Span, ...]

    @property
    def recorded_seconds(self) -> float:
        """How many seconds of it were recorded."""
        return self.recorded_between(self.since, self.until)

    def recorded_between(self, first_at: float, last_at: float) -> float:
        """How many seconds of a part of it were recorded."""
        return sum(
            max(0.0, min(last_at, span.last_at) - max(first_at, span.first_at))
            for span in self.recorded
        )

    @property
    def unrecorded(self) -> tuple[Span, ...]:
        """The gaps between the recorded parts."""
        return tuple(self._gaps())

    @property
    def ends_unrecorded(self) -> bool:
        """Whether its end was not recorded."""
        return not self.recorded or self.recorded[-1].last_at < self.until

    def _gaps(self) -> Iterator[Span]:
        at = self.since
        for span in self.recorded:
            if span.first_at > at:
                yield Span(at, span.first_at)
            at = span.last_at
        if at < self.until:
            yield Span(at, self.until)


def window_of(
    since: float, until: float, recorded_spans: Iterable[Span], *, gap_seconds: float
) -> Window:
    """The window between two moments; ``recorded_spans`` are in order and apart.

    Polls are apart too: up to ``gap_seconds`` between the last one and ``until`` are no gap.
    """
    parts = []
    for span in recorded_spans:
        last_at = span.last_at
        reaches = until - gap_seconds <= last_at
        part = Span(max(span.first_at, since), until if reaches else last_at)
        if part.last_at > part.first_at:
            parts.append(part)
    return Window(since, until, tuple(parts))
