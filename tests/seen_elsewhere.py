"""A board and its alarms beside what other places see, for tests of several places."""

from alarm_told import INTERVAL, KEYS, OUTCOMES, REFUSED, REQUEST, Told

from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.event import ExpectationChanged
from wallboard.domain.observation import Observation, ServerStatus
from wallboard.domain.vantage import agreement_of
from wallboard.other_places import OtherPlaces


class Seen(Told):
    """A board in ``fra`` that hears of others; whatever happens anywhere is looked at at once."""

    def __init__(self, *others: str, **rules) -> None:
        super().__init__(**rules)
        self.places = OtherPlaces("fra", self.points, history=10)
        for one in others:
            self.places.add(one)

    def hear(self, now):
        """Take what is new from elsewhere."""
        seen = self.places.seen(self.board, now)
        points = self.board.see_elsewhere(seen.points)
        self.rows += self.alarms.see_elsewhere(now, points, seen.servers)
        return self

    def expect(self, at, expectation, *keys: EntryPointKey):
        """From now on something else is expected of these entry points."""
        self.fold(ExpectationChanged(at, dict.fromkeys(keys or KEYS, expectation)))
        return self.hear(at)

    def there(self, at, place, said, *keys: EntryPointKey):
        """One poll of each of these entry points from another place."""
        for key in keys or KEYS:
            outcome = OUTCOMES[said]
            event = Observation(key, Endpoint.CHAT_ALLOWED, at, 0.01, outcome, REQUEST)
            self.places.fold(place, event)
        return self.hear(at)

    def server_there(self, at, place, name="prod", *, up=False):
        """What another place says of a server."""
        status = ServerStatus(name, at, None if up else REFUSED, at, None if up else at + 10)
        self.places.fold(place, status)
        return self.hear(at)

    def silent(self, at, place, since):
        """Say that a place is silent since then, or not any more."""
        self.places.silent(place, since)
        return self.hear(at)

    def round(self, at, *keys: EntryPointKey, **said):
        """Polls at the interval from all places named, as each sees the entry points."""
        for place, one in said.items():
            if place == "fra":
                self.poll(at, one, *keys)
            else:
                self.there(at, place, one, *keys)
        return self.look(at)

    def rounds(self, first, last, *keys: EntryPointKey, **said):
        """Such rounds from the first to the last second."""
        at = first
        while at <= last:
            self.round(at, *keys, **said)
            at += INTERVAL
        return self

    def agreement(self, key, now):
        """Who agrees about an entry point."""
        return agreement_of(self.board.status(key), now)
