"""When the present state of an entry point began, and what it was before."""

from dataclasses import replace

from wallboard.domain.change import Subject
from wallboard.domain.policy import Level, Verdict
from wallboard.frozen import frozen


@frozen
class Onset:
    """How the present verdict and level began.

    ``at`` is Unix time in seconds. Where nobody saw it begin, since the board had just started or
    did not poll, it has been so at least since then, and nothing is known of before. ``before`` is
    the verdict before it, or the level where only that changed; ``lasted`` is for how many seconds
    it had been so.
    """

    at: float
    seen: bool = False
    before: Verdict | Level | None = None
    lasted: float | None = None

    def shifted(self, by: float) -> "Onset":
        """The same after the clock was put forward ``by`` seconds, or back."""
        return replace(self, at=self.at + by)

    def known_from(self, at: float) -> "Onset":
        """The same where nothing was polled for a while before ``at``."""
        return self if self.at >= at else Onset(at)


def onset_of(at: float, subject: str, before: str, lasted: float | None) -> Onset:
    """The onset that a change of a verdict or a level is; a first answer is none that was seen.

    Raises ``ValueError`` if ``before`` is neither of them.
    """
    if before == Verdict.WAITING:
        return Onset(at)
    if subject == Subject.VERDICT:
        return Onset(at, seen=True, before=Verdict(before), lasted=lasted)
    for level in Level:
        if level.label == before:
            return Onset(at, seen=True, before=level, lasted=lasted)
    raise ValueError(before)
