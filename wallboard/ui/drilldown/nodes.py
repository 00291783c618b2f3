"""What each node behind the server says of an entry point, side by side."""

from rich.segment import Segment
from rich.style import Style

from wallboard.domain.node_difference import differences, known_nodes
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.report.words.figures import minute
from wallboard.report.words.nodes import answer_words
from wallboard.ui.look.text import fit, safe, span
from wallboard.ui.look.theme import BoardTheme

MOST_LINES = 4


def nodes_side_by_side(
    status: EntryPointStatus, now: float, theme: BoardTheme, base: Style, width: int
) -> list[list[Segment]]:
    """The nodes with answer, latency and age; those that differ come first, marked."""
    since = {one.node: one.since for one in differences(status, now)}
    views = sorted(known_nodes(status, now), key=lambda view: view.node not in since)
    lines: list[str] = [""]
    for view in views:
        answer, began = view.shown, since.get(view.node)
        words = f"{safe(view.node)} {answer_words(answer)}"
        if answer and view.up:
            took = f"{answer.poll.elapsed_seconds * 1000:.0f}ms"
            words += f" {took}, {span(max(0.0, now - answer.poll.at))} ago"
        if began is not None:
            words = f"{theme.glyphs.node_differs} {words}, since {minute(began, now)}"
        beside = f"{lines[-1]} {theme.glyphs.separator} {words}" if lines[-1] else words
        if len(beside) <= width - 8 or not lines[-1]:
            lines[-1] = beside
        else:
            lines.append(words)
    style = theme.ui["mark" if since else "muted"] + base.background_style
    shown = [line for line in lines[:MOST_LINES] if line]
    heads = ["nodes", *[""] * len(shown)]
    return [
        [Segment(fit(f" {head:5} {line}", width, theme.glyphs), style)]
        for head, line in zip(heads, shown, strict=False)
    ]
