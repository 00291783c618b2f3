"""The health of each channel: whether it takes notices, and since when it does not."""

import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from wallboard.domain.channel_state import ChannelState
from wallboard.frozen import frozen


@frozen
class Failing:
    """Since when a channel has been failing, Unix time, and why it did last."""

    since: float
    why: str


class ChannelHealth:
    """By the names of the channels. Times are Unix seconds."""

    def __init__(self) -> None:
        self.failing: dict[str, Failing] = {}
        self.given_up: dict[str, str] = {}
        """The last notice that was not delivered, until one is: why."""
        self._quiet_until: dict[str, float] = {}
        self._sent = Counter[str]()
        self._failures = Counter[str]()
        self._undelivered = Counter[str]()

    def states(self, names: Iterable[str]) -> Mapping[str, ChannelState]:
        """The state of each of these channels."""
        return {
            name: ChannelState(
                self._sent[name],
                self._failures[name],
                self._undelivered[name],
                self.failing[name].since if name in self.failing else None,
            )
            for name in names
        }

    @property
    def problems(self) -> tuple[str, ...]:
        """Which channels fail, and since when, as sentences."""
        failing = (
            f'Channel "{name}" takes no notices since {_clock(one.since)}: {one.why}. Retrying.'
            for name, one in self.failing.items()
        )
        given_up = (
            f'A notice was not delivered through channel "{name}": {why}.'
            for name, why in self.given_up.items()
        )
        return (*failing, *given_up)

    def quiet_until(self, name: str) -> float:
        """Until when a far side wants to be left alone."""
        return self._quiet_until.get(name, 0.0)

    def delivered(self, name: str) -> None:
        """A channel took a notice."""
        self._sent[name] += 1
        self.failing.pop(name, None)
        self.given_up.pop(name, None)
        self._quiet_until.pop(name, None)

    def failed(self, name: str, now: float, why: str, retry_after: float | None) -> None:
        """A channel did not take a notice, and wants to be left alone for so many seconds."""
        self._failures[name] += 1
        since = self.failing[name].since if name in self.failing else now
        self.failing[name] = Failing(since, why)
        if retry_after:
            self._quiet_until[name] = now + retry_after

    def gave_up(self, name: str, why: str) -> None:
        """A notice will never be delivered."""
        self._undelivered[name] += 1
        self.failing.pop(name, None)
        self.given_up[name] = why

    def idle(self, waiting: Collection[str]) -> None:
        """Nothing is retried any more, but through the channels that something waits for."""
        self.failing = {name: one for name, one in self.failing.items() if name in waiting}

    def keep(self, names: Collection[str]) -> None:
        """Know of these channels only; those that were edited may be tried at once."""
        self.failing = {name: one for name, one in self.failing.items() if name in names}
        self.given_up = {name: why for name, why in self.given_up.items() if name in names}
        self._quiet_until.clear()

    def shift(self, by: float) -> None:
        """Go on as before once the clock was put forward ``by`` seconds, or back."""
        self._quiet_until = {name: until + by for name, until in self._quiet_until.items()}


def _clock(at: float) -> str:
    return time.strftime("%H:%M", time.localtime(at))
