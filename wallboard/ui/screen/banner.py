"""Lines between header and wall: servers out of reach, shared causes, messages; passing replies."""

from collections import Counter
from collections.abc import Iterator

from rich.segment import Segment

from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.observation import ServerStatus
from wallboard.domain.policy import Verdict
from wallboard.domain.snapshot import Snapshot
from wallboard.report.words.figures import clock
from wallboard.report.words.network import network_words
from wallboard.report.words.nodes import node_lines
from wallboard.report.words.places import silence_sentences
from wallboard.ui.look.glyphs import Glyphs
from wallboard.ui.look.text import fit, safe, span
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.picture.view import View
from wallboard.ui.widgets.alarm_mark import mark_of
from wallboard.ui.widgets.lines import Lines, word_wrapped

MOST_LINES = 4
"""Lines of a message, and of the whole banner on a terminal of ``ROOMY`` rows."""

ROOMY = 20

Message = tuple[str, str]
"""A sentence, and the part of the theme that gives its style."""


def messages_of(view: View, glyphs: Glyphs) -> list[Message]:
    """All there is to say over the wall: servers out of reach, shared causes, then messages."""
    outages = [outage_words(status, view, glyphs) for status in view.snapshot.unreachable]
    outages += server_alarms(view, glyphs)
    causes = shared_causes(view.snapshot, glyphs)
    unseen = [view.unseen] if view.unseen else []
    messages = [*unseen, *(f"! {safe(text)}" for text in view.messages)]
    network = network_of(view, glyphs)
    nodes = (f"{glyphs.node_differs} {words}" for words in node_lines(view.snapshot))
    sentences = silence_sentences(view.snapshot.places, view.snapshot.at)
    silent = (f"{glyphs.disputed} {words}" for words in sentences)
    messages = [*silent, *nodes, *messages]
    return [(text, "outage") for text in (*network, *outages, *causes)] + [
        (n, "notice") for n in messages
    ]


def network_of(view: View, glyphs: Glyphs) -> Iterator[str]:
    """That whoever polls has no network, if so."""
    if view.snapshot.blind_since is not None:
        who, since = safe(view.leader), view.snapshot.blind_since
        words = network_words(since, view.now, witnesses=view.witnesses, who=who)
        yield f"{glyphs.verdict[Verdict.UNREACHABLE]} {words}: no alarms"


def outage_words(status: ServerStatus, view: View, glyphs: Glyphs) -> str:
    """Server, since when, time to the next try, and the cause."""
    message = safe(status.failure.message) if status.failure else ""
    since = f" since {clock(status.since, view.now)}" if status.since is not None else ""
    retry = ""
    if status.next_probe_at is not None:
        left = status.next_probe_at - view.now
        retry = f", next try in {span(left)}" if left >= 0.5 else ", trying now"
    count = sum(1 for key in view.snapshot.entry_points if key.server == status.server)
    covered = f"{count} entry point{'' if count == 1 else 's'}"
    sign = glyphs.verdict[Verdict.UNREACHABLE]
    alarm = mark_of(view.snapshot.alarms.get(AlarmKey(status.server)), view.now, glyphs)
    told = f", {alarm.sign} {alarm.forms[0]}" if alarm.forms else ""
    return f"{sign} {safe(status.server)} unreachable{since}{retry} ({covered}{told}): {message}"


def server_alarms(view: View, glyphs: Glyphs) -> Iterator[str]:
    """The alarms of servers that can be reached again, which have no tile to show them."""
    unreachable = {status.server for status in view.snapshot.unreachable}
    for key, alarm in view.snapshot.alarms.items():
        if key.id is None and key.server not in unreachable:
            mark = mark_of(alarm, view.now, glyphs)
            if mark.forms:
                yield f"{mark.sign} {safe(key.server)} {mark.forms[0]}"


def shared_causes(snapshot: Snapshot, glyphs: Glyphs) -> Iterator[str]:
    """One sentence for each cause that several entry points of a server fail by."""
    if snapshot.verdicts.get(Verdict.ERROR, 0) < 2:
        return
    failing = Counter(
        (key.server, status.judgement.summary)
        for key, status in snapshot.entry_points.items()
        if status.judgement.verdict is Verdict.ERROR
    )
    for (server, summary), count in failing.most_common():
        if count > 1:
            total = sum(1 for key in snapshot.entry_points if key.server == server)
            sign = glyphs.verdict[Verdict.ERROR]
            yield f"{sign} {safe(server)}: {count} of {total} entry points: {safe(summary)}"


class Banner(Lines):
    """As much of the messages as there is room for; the last line says how to read the rest."""

    DEFAULT_CSS = "Banner { height: auto; }"

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "screen")

    def show(self, view: View) -> None:
        """Draw the banner for this view."""
        glyphs = self.theme_styles.glyphs
        width = self.size.width or self.app.size.width
        messages = messages_of(view, glyphs)
        room = MOST_LINES if self.app.size.height >= ROOMY else MOST_LINES // 2
        self.put(
            [
                [Segment(fit(f" {text}", width, glyphs), self.theme_styles.ui[part])]
                for text, part in fitted(messages, room, width - 2, glyphs)
            ]
        )


def fitted(messages: list[Message], room: int, width: int, glyphs: Glyphs) -> list[Message]:
    """The messages in ``room`` lines: whole if they fit, else the beginning of each."""
    whole = [
        (line if number == 0 else f"  {line}", part)
        for text, part in messages
        for number, line in enumerate(word_wrapped(text, max(1, width - 2)))
    ]
    if len(whole) <= room:
        return whole
    rest = f" {glyphs.ellipsis} M: read all"
    if len(messages) > room:
        more = len(messages) - room + 1
        rest = f" {glyphs.ellipsis} and {more} more, M: read all"
        messages = messages[: room - 1]
    lines = [(fit(text, width, glyphs).rstrip(), part) for text, part in messages]
    if len(lines) < room and rest.startswith(f" {glyphs.ellipsis} and"):
        return [*lines, (rest.strip(), "notice")]
    text, part = lines[-1]
    return [*lines[:-1], (fit(text, max(1, width - len(rest)), glyphs).rstrip() + rest, part)]


class Passing(Lines):
    """A reply to a key that disappears by itself, above the keys."""

    DEFAULT_CSS = """
    Passing { layer: passing; dock: bottom; height: auto; margin-bottom: 1; }
    Passing.-above-the-strip { margin-bottom: 2; }
    """

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "cursor")

    def show(self, view: View) -> None:
        """Draw the message of this view, complete if it fits."""
        # In a replay the time strip must stay visible.
        self.set_class(view.replay_position is not None, "-above-the-strip")
        text = safe(view.passing)
        lines = list(word_wrapped(text, self.app.size.width - 2))[:MOST_LINES] if text else []
        self.put([[Segment(f" {line}", self.background)] for line in lines])
