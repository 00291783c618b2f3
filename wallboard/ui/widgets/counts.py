"""How many entry points are in which verdict, as chips on a line."""

from collections.abc import Mapping

from rich.segment import Segment
from rich.style import Style

from wallboard.domain.policy import WORST_FIRST, Verdict
from wallboard.ui.look.theme import BoardTheme


def count_chips(
    verdicts: Mapping[Verdict, int], theme: BoardTheme, room: int, between: Style
) -> list[Segment]:
    """A chip for each verdict there is, the worst first: in words while they fit, else as signs.

    ``room`` is in cells; ``between`` is the style of the blanks after the chips.
    """
    present = [verdict for verdict in WORST_FIRST if verdicts.get(verdict)]
    chips = {v: f" {theme.glyphs.verdict[v]} {verdicts[v]} " for v in present}
    room -= sum(len(chip) + 1 for chip in chips.values())
    for verdict in present:
        more = len(verdict.label) + 1
        if more <= room:
            chips[verdict] += f"{verdict.label} "
            room -= more
    line: list[Segment] = []
    for verdict, chip in chips.items():
        line += [Segment(chip, theme.verdict[verdict]), Segment(" ", between)]
    return line
