"""A board in one place with what two others see of it, for pictures."""

from boards import GROUPS, NAMES, NOW, TILES, made_board, outage, poll
from walls import wall

from wallboard.domain.endpoint import EntryPoint, EntryPointKey
from wallboard.domain.policy import Policy
from wallboard.other_places import OtherPlaces

OWN, FAR, SILENT = "fra", "nyc", "sin"
DIFFERS = {0: 3, 1: 2, 2: 0}
"""Entry points of which the far place sees another tile."""

_OPEN = 0


class _Folds:
    """A place, to be polled like a board."""

    def __init__(self, others, place) -> None:
        self._others, self._place = others, place

    def fold(self, event):
        """Fold what the place observed."""
        self._others.fold(self._place, event)


def others_of(count, *, silent_for=None, down=False):
    """What two other places see: one differs in some, the other may be silent."""
    points = [
        EntryPoint(EntryPointKey("prod", 1000 + n), NAMES[n % len(NAMES)], GROUPS[n % len(GROUPS)])
        for n in range(count)
    ]
    others = OtherPlaces(OWN, [(point, Policy()) for point in points], history=24)
    for place in (FAR, SILENT):
        others.add(place)
        for turn in range(8):
            at = NOW - (7 - turn) * 10.0 - 3.0
            for n, point in enumerate(points):
                seen = DIFFERS.get(n, n % len(TILES)) if place == FAR else n % len(TILES)
                poll(_Folds(others, place), point.key, seen, turn, at)
    if down:
        others.fold(FAR, outage(at=NOW - 1))
    others.silent(SILENT, None if silent_for is None else NOW - silent_for)
    return others


def wall_in_several_places(count=12, *, silent_for=None, down=False, **about):
    """An app whose board is seen from elsewhere for a while."""
    app = wall(made_board(count), **about)
    places = app.live.places
    places.others = others_of(count, silent_for=silent_for, down=down)
    places.look(NOW - 60)
    places.look(NOW)
    return app
