"""From which place the drill-down sees its entry point."""

from wallboard.domain.snapshot import EntryPointStatus


class Viewpoint:
    """The chosen place, empty for that of this board."""

    def __init__(self) -> None:
        self.place = ""

    def of(self, own: EntryPointStatus | None) -> EntryPointStatus | None:
        """The entry point as the chosen place sees it, or this one where that is gone."""
        if self.place and own:
            others = own.places.others if own.places else ()
            there = next((one.status for one in others if one.place == self.place), None)
            if there:
                return there
            self.place = ""
        return own

    def shown(self, own: EntryPointStatus) -> str:
        """The name of the chosen place."""
        return self.place or (own.places.own if own.places else "")

    def choose(self, own: EntryPointStatus, place: str) -> None:
        """See it from a place of this name."""
        self.place = "" if own.places is None or place == own.places.own else place

    def move(self, own: EntryPointStatus, step: int) -> None:
        """See it from the next place in the order of their names, or the one before."""
        if own.places:
            names = sorted([own.places.own, *(one.place for one in own.places.others)])
            shown = self.shown(own)
            at = names.index(shown) if shown in names else 0
            self.choose(own, names[(at + step) % len(names)])
