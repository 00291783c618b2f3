"""The request and its response in two lines, and the headers in full."""

import time
from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style

from wallboard.domain.observation import Observation
from wallboard.ece.answer.encoding import head_lines
from wallboard.ui.drilldown.endpoints import NARROW, latency, status_words
from wallboard.ui.drilldown.shown_poll import index_of
from wallboard.ui.look.text import safe
from wallboard.ui.look.theme import BoardTheme
from wallboard.ui.widgets.lines import Lines, split


class RequestLines(Lines):
    """The request line, the response line, and which poll this is."""

    DEFAULT_CSS = "RequestLines { height: auto; }"

    def __init__(self, theme: BoardTheme) -> None:
        super().__init__(theme, "tile")

    def say(self, words: str) -> None:
        """Say why there is no request."""
        self.put([[], [Segment(f" {words}", self.background)]])

    def show(
        self,
        observation: Observation,
        recent: Sequence[Observation],
        now: float,
        state: str = "",
        answered: str = "",
    ) -> None:
        """Draw request and response of a poll; ``state`` says why it is not the newest.

        ``answered`` names who answered, in place of which poll of the ``recent`` ones it is.
        """
        width, base = self.size.width or self.app.size.width, self.background
        muted = self.theme_styles.ui["muted"] + base.background_style
        index = index_of(observation, recent)
        which = "kept poll" if index is None else f"poll {index + 1}/{len(recent)}"
        which = answered or which
        form = "%H:%M:%S" if now - observation.at < 43_200 else "%d %b %H:%M:%S"
        when = time.strftime(form, time.localtime(observation.at))
        request = f" {observation.request.method} {safe(observation.request.url)}"
        chip = Segment(f" {state or 'live'} ", self.theme_styles.ui["frozen"] if state else muted)
        came = split(
            [Segment(f" {response_words(observation)}", muted)],
            [Segment(f" {which} at {when} " if width >= NARROW else f" {when} ", muted), chip],
            width,
            base,
            self.theme_styles.glyphs,
        )
        self.put([[Segment(request, base)], came])


def response_words(observation: Observation) -> str:
    """Status, latency, size and number of headers; or the cause of the failure."""
    response = observation.response
    if response is None:
        return (
            f"{status_words(observation)} after {latency(observation)}{_asked_again(observation)}"
        )
    size = f"{len(response.body):,} bytes" + (", cut short" if response.truncated else "")
    count = sum(1 for line in response.head.split(b"\r\n") if line)
    return (
        f"{response.status} {safe(response.reason)} in {latency(observation)}"
        f"{_asked_again(observation)}, {size}, {_count(count)}"
    )


def _asked_again(observation: Observation) -> str:
    return ", asked again on a fresh connection" if observation.asked_again else ""


def header_lines(observation: Observation, theme: BoardTheme) -> list[list[Segment]]:
    """The headers of request and response."""
    base = theme.ui["screen"]
    title = base + Style(bold=True)
    response, sent = observation.response, observation.request.headers
    lines = [[Segment(f" Request: {_count(len(sent))}{_asked_again(observation)}", title)]]
    lines += [_header(name, value, theme) for name, value in sent]
    if response is None:
        return [*lines, [], [Segment(" There is no response: it was not answered.", title)]]
    head = head_lines(response.head)
    lines += [[], [Segment(f" Response: {_count(len(head))}", title)]]
    for line in head:
        name, colon, value = line.partition(":")
        if colon:
            lines.append(_header(name, value.strip(), theme))
        else:
            lines.append([Segment(f"   {safe(line)}", base)])
    return lines


def _header(name: str, value: str, theme: BoardTheme) -> list[Segment]:
    base = theme.ui["screen"]
    return [
        Segment(f"   {safe(name)}", base + theme.syntax["attribute"]),
        Segment(": ", base + theme.syntax["punctuation"]),
        Segment(safe(value), base + theme.syntax["value"]),
    ]


def _count(count: int) -> str:
    return "1 header" if count == 1 else f"{count or 'no'} headers"
