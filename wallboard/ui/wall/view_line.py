"""How the wall is arranged, said in words wherever that is not the usual way."""

from rich.segment import Segment

from wallboard.query import Query
from wallboard.ui.look.text import safe
from wallboard.ui.picture.arrangement import Arrangement
from wallboard.ui.widgets.lines import Lines, split

_SORT_WORDS = {
    "worst": "worst first",
    "name": "by name",
    "id": "by id",
    "wait": "by est. wait",
    "queue": "by queue depth",
    "changed": "by last change",
}


class ViewLine(Lines):
    """One line with the filter, the order and the grouping in force; none if all is as usual."""

    DEFAULT_CSS = "ViewLine { height: auto; }"

    def show(self, state: Arrangement, query: Query, shown: int, total: int) -> None:
        """Say how ``shown`` of ``total`` entry points came to be shown."""
        base, mark = (
            self.background,
            self.theme_styles.ui["mark"] + self.background.background_style,
        )
        words = arrangement_words(state)
        filtering = bool(query) or state.faults_only
        if not filtering and not words and not query.problem:
            self.put([])
            return
        left = [Segment(" ", base)]
        if query:
            left.append(Segment(f"/{safe(query.text)} ", mark))
        if state.faults_only:
            left.append(Segment("faults only ", mark))
        if query.problem:
            left.append(Segment(f"{safe(query.problem)} ", self.theme_styles.ui["notice"]))
        left.append(Segment(", ".join(words), base))
        right = [Segment(f" {shown} of {total} shown " if filtering else "", base)]
        width = self.size.width or self.app.size.width
        self.put([split(left, right, width, base, self.theme_styles.glyphs)])


def arrangement_words(state: Arrangement) -> list[str]:
    """The order and the grouping, as far as they were chosen."""
    words = []
    if state.sort != "worst" or state.descending:
        turned = ", reversed" if state.descending else ""
        words.append(f"sorted {_SORT_WORDS[state.sort]}{turned}")
    if state.grouping != "none":
        words.append(f"grouped by {state.grouping}")
    return words
