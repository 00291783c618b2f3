"""The drill-down: live evidence of one entry point, whatever the server sent."""

import time
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from boards import HEAD, HTTP_500, NOW, REFUSED, made_board, observed
from stories import story
from walls import Clock, part, picture, settled, text_on, until, wall, wheel

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.event import ExpectationChanged
from wallboard.domain.expectation import Expectation, Expected
from wallboard.domain.observation import Cause, Failure, Observation
from wallboard.domain.policy import Level, Policy, Verdict
from wallboard.domain.reading import (
    Capacity,
    ChatAllowed,
    CheckEligibility,
    LiveSessionStatus,
    Reading,
)
from wallboard.ui.drilldown.drilldown_screen import DrillDownScreen, RequestLines
from wallboard.ui.drilldown.endpoints import EndpointTable
from wallboard.ui.drilldown.facts import Facts, Figures
from wallboard.ui.look.theme import load
from wallboard.ui.picture.view import View
from wallboard.ui.wall.wall_screen import WallScreen
from wallboard.ui.widgets import lines as bodies
from wallboard.ui.widgets.body_view import BodyView

MEBIBYTE = 1024 * 1024
SIZE = (110, 30)
KEY = EntryPointKey("prod", 1000)
CHOSEN = "▶ "


def one(**about):
    """A board of one entry point of which nothing has been heard."""
    return Board([(EntryPoint(KEY, "Sales", **about), Policy())])


def answered(outcome, body=None, *, at=NOW, endpoint=Endpoint.CHAT_ALLOWED, **about):
    """A poll with this outcome; ``head`` and ``reason`` of its response may be given."""
    observation = observed(KEY, endpoint, outcome, at, body)
    if "url" in about:
        request = replace(observation.request, url=about.pop("url"))
        observation = replace(observation, request=request)
    if about:
        observation = replace(observation, response=replace(observation.response, **about))
    return observation


class Screen:
    """A drill-down that is open on the worst entry point of a board."""

    def __init__(self, pilot) -> None:
        self.pilot = pilot
        self.app = pilot.app

    async def press(self, *keys: str):
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def heard(self, *observations: Observation):
        for observation in observations:
            self.app.board.fold(observation)
        await settled(self.pilot)

    def part(self, kind):
        return part(self.app, kind)

    @property
    def body(self):
        return [line.strip() for line in self.part(BodyView).splitlines() if line.strip()]


@asynccontextmanager
async def opened(board, size=SIZE, clock=None):
    """The drill-down of a board, with everything painted."""
    async with wall(board, clock=clock).run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(pilot.app.screen, DrillDownScreen)
        yield Screen(pilot)


def round_of(*outcomes: Reading, at=NOW):
    """One answer for each of the first endpoints."""
    pairs = zip(Endpoint, outcomes, strict=False)
    return [observed(KEY, endpoint, outcome, at) for endpoint, outcome in pairs]


async def test_an_entry_point_without_an_answer_says_so():
    async with opened(one()) as screen:
        assert "Not asked yet." in screen.part(RequestLines)
        assert screen.part(EndpointTable).count("not asked yet") == 5
        assert screen.body == []
        await screen.press("left_square_bracket", "right_square_bracket", "p", "h", "down", "up")
        assert "WAITING" in screen.part(Facts)


async def test_it_is_live_while_it_is_open():
    async with opened(one()) as screen:
        await screen.heard(answered(ChatAllowed(True)))
        assert 'allowed="true"' in screen.body
        assert "OPEN" in screen.part(Facts)
        assert " live " in screen.part(RequestLines)
        await screen.heard(answered(ChatAllowed(False, "agent_not_available"), at=NOW + 10))
        assert 'allowed="false"' in screen.body
        assert 'reason="agent_not_available"' in screen.body
        assert "NO AGENTS" in screen.part(Facts)
        assert "poll 2/2" in screen.part(RequestLines)


async def test_ages_go_on_while_nothing_is_heard():
    clock = Clock()
    board = one()
    board.fold(answered(ChatAllowed(True)))
    async with opened(board, clock=clock) as screen:
        assert " 0s ago" in screen.part(EndpointTable)
        clock.now += 75
        await settled(screen.pilot)
        assert "1m15s ago" in screen.part(EndpointTable)


async def test_brackets_go_back_and_forth_through_the_last_polls():
    board = one()
    for n in range(4):
        board.fold(answered(ChatAllowed(True), b"<poll>%d</poll>" % n, at=NOW + n))
    async with opened(board) as screen:
        assert screen.body == ["<poll>3</poll>"]
        await screen.press("left_square_bracket", "left_square_bracket")
        assert screen.body == ["<poll>1</poll>"]
        assert "poll 2/4" in screen.part(RequestLines)
        assert "not live" in screen.part(RequestLines)
        await screen.heard(answered(ChatAllowed(True), b"<poll>4</poll>", at=NOW + 4))
        assert screen.body == ["<poll>1</poll>"]
        await screen.press(*["left_square_bracket"] * 5)
        assert screen.body == ["<poll>0</poll>"]
        await screen.press(*["right_square_bracket"] * 4)
        assert screen.body == ["<poll>4</poll>"]
        assert "not live" not in screen.part(RequestLines)
        await screen.heard(answered(ChatAllowed(True), b"<poll>5</poll>", at=NOW + 5))
        assert screen.body == ["<poll>5</poll>"]


async def test_a_poll_that_is_forgotten_while_it_is_looked_at_stays_until_it_is_let_go():
    board = one()
    for n in range(3):
        board.fold(answered(ChatAllowed(True), b"<poll>%d</poll>" % n, at=NOW + n))
    async with opened(board) as screen:
        await screen.press("left_square_bracket")
        more = [
            answered(ChatAllowed(True), b"<poll>%d</poll>" % n, at=NOW + n) for n in range(3, 40)
        ]
        await screen.heard(*more)
        assert screen.body == ["<poll>1</poll>"]
        assert "kept poll" in screen.part(RequestLines)
        assert "not live" in screen.part(RequestLines)
        await screen.press("left_square_bracket")
        assert screen.body == ["<poll>1</poll>"]
        await screen.press("right_square_bracket")
        assert screen.body == ["<poll>39</poll>"]
        assert "not live" not in screen.part(RequestLines)


async def test_p_shows_the_body_laid_out_or_byte_for_byte():
    board = one()
    board.fold(answered(ChatAllowed(True), b"<a>\r\n<b>1</b></a>"))
    async with opened(board) as screen:
        assert screen.body == ["<a>", "<b>1</b>", "</a>"]
        await screen.press("p")
        assert screen.body == ["<a>␍␊", "<b>1</b></a>"]
        await screen.press("p")
        assert screen.body == ["<a>", "<b>1</b>", "</a>"]


async def test_keys_choose_the_endpoint():
    board = one()
    for observation in round_of(ChatAllowed(True), CheckEligibility(0)):
        board.fold(observation)
    async with opened(board) as screen:
        names = []
        for key in ("down", "j", "down", "j", "down", "up", "k"):
            await screen.press(key)
            table = screen.part(EndpointTable)
            names += [line.split()[1] for line in table.splitlines() if CHOSEN in line]
        order = list(Endpoint)
        assert names == [*order[1:], order[0], order[4], order[3]]


async def test_the_mouse_chooses_the_endpoint():
    board = one()
    for observation in round_of(ChatAllowed(True), CheckEligibility(2)):
        board.fold(observation)
    async with opened(board) as screen:
        await screen.pilot.click(EndpointTable, offset=(10, 1))
        await screen.pilot.pause()
        assert 'responseType="2"' in screen.body
        await screen.pilot.click(EndpointTable, offset=(10, 4))
        await screen.pilot.pause()
        assert "Not asked yet" in screen.part(RequestLines)


async def test_choosing_another_endpoint_starts_at_its_top_and_live():
    board = one()
    long = b"\n".join(b"<line>%d</line>" % n for n in range(200))
    for n in range(2):
        for endpoint in Endpoint:
            board.fold(answered(ChatAllowed(True), long, at=NOW + n, endpoint=endpoint))
    async with opened(board) as screen:
        await screen.press("left_square_bracket", "end")
        assert screen.body[-1] == "<line>199</line>"
        await screen.press("down")
        assert screen.body[0] == "<line>0</line>"
        assert "not live" not in screen.part(RequestLines)


async def test_a_new_answer_does_not_move_what_is_being_read():
    board = one()
    lines = b"\n".join(b"<line>%d</line>" % n for n in range(200))
    board.fold(answered(ChatAllowed(True), lines))
    async with opened(board) as screen:
        await screen.press("pagedown")
        view = screen.app.screen.query_one(BodyView)
        await until(
            screen.pilot, lambda: not screen.app.animator.is_being_animated(view, "scroll_y")
        )
        await until(screen.pilot, lambda: view.scroll_offset.y > 0)
        await screen.pilot.pause()
        before = screen.body[0]
        await screen.heard(answered(ChatAllowed(True), lines + b"<more/>", at=NOW + 1))
        assert screen.body[0] == before
        wheel(screen.app, view)
        await until(screen.pilot, lambda: screen.body[0] != before)


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (REFUSED, "refused"),
        (HTTP_500, "HTTP 404"),
        (Failure(Cause.TIMEOUT, "No answer within 5 s: is the server overloaded?"), "timed out"),
        (Failure(Cause.NOT_XML, "The answer is neither XML nor JSON."), "not XML"),
    ],
    ids=["refused", "http", "timeout", "not_xml"],
)
async def test_a_failure_has_its_cause_in_words_everywhere(failure, words):
    board = one()
    status = {"status": 404} if failure is HTTP_500 else {}
    for endpoint in Endpoint:
        board.fold(answered(failure, endpoint=endpoint, **status))
    async with opened(board, (160, 30)) as screen:
        assert failure.message in screen.part(EndpointTable)
        assert words in screen.part(EndpointTable)
        assert words in screen.part(Facts).splitlines()[0]


async def test_endpoints_that_fail_alike_share_a_line():
    board = one()
    for endpoint in Endpoint:
        other = endpoint is Endpoint.CAPACITY
        board.fold(answered(REFUSED if other else HTTP_500, endpoint=endpoint))
    async with opened(board) as screen:
        lines = screen.part(EndpointTable).splitlines()
        assert [line.split()[:3] for line in lines] == [
            ["▶", "chatAllowed", "+3"],
            ["capacity", "refused", "12ms"],
        ]
        await screen.press("down")
        assert "▶ checkEligibility  +3" in screen.part(EndpointTable).splitlines()[0]
        await screen.pilot.click(EndpointTable, offset=(10, 1))
        await screen.pilot.pause()
        assert "▶ capacity" in screen.part(EndpointTable).splitlines()[1]


@pytest.mark.parametrize(
    ("outcomes", "decides"),
    [
        ((ChatAllowed(True), CheckEligibility(1)), "chatAllowed"),
        ((HTTP_500, CheckEligibility(1)), "checkEligibility"),
        ((HTTP_500, HTTP_500), "chatAllowed"),
    ],
)
async def test_it_opens_on_the_endpoint_that_decides_and_says_so(outcomes, decides):
    board = one()
    for observation in round_of(*outcomes):
        board.fold(observation)
    async with opened(board) as screen:
        deciding = [line for line in screen.part(EndpointTable).splitlines() if "◄" in line]
        assert len(deciding) == 1
        assert deciding[0].split()[:2] == ["▶", decides]
        assert deciding[0].rstrip().endswith("◄ decides")


async def test_nothing_decides_while_nothing_is_heard():
    async with opened(one()) as screen:
        assert "decides" not in screen.part(EndpointTable)


async def test_the_head_says_level_age_what_it_was_before_and_why_it_is_raised():
    clock = Clock()
    board = one(group="EMEA")
    board.fold(answered(ChatAllowed(True), at=NOW - 36))
    board.fold(answered(ChatAllowed(True), at=NOW - 10))
    board.fold(answered(ChatAllowed(False, "service_not_running")))
    async with opened(board, (120, 30), clock) as screen:
        clock.now += 29
        await settled(screen.pilot)
        title, why = (" ".join(line.split()) for line in screen.part(Facts).splitlines())
        since = time.strftime("%H:%M:%S", time.localtime(NOW))
        assert title == (f"✗ SERVICE DOWN CRITICAL since {since} (29s) Sales 1000 · prod · EMEA")
        assert why == "The agent assignment service is not running Before: OPEN for 36s"


async def test_a_head_that_takes_two_lines_breaks_before_what_it_was():
    board = one()
    board.fold(answered(ChatAllowed(True), at=NOW - 36))
    board.fold(answered(ChatAllowed(True), at=NOW - 10))
    board.fold(answered(ChatAllowed(False, "service_not_running")))
    async with opened(board, (60, 30)) as screen:
        _, why, before = map(str.strip, screen.part(Facts).splitlines())
        assert why == "The agent assignment service is not running"
        assert before == "Before: OPEN for 36s"


@pytest.mark.parametrize("width", [40, 60, 80, 120])
async def test_the_head_has_verdict_level_and_age_at_every_width(width):
    board = one(group="A long group of entry points")
    board.fold(answered(ChatAllowed(True), at=NOW - 20))
    board.fold(answered(ChatAllowed(False, "service_not_running"), at=NOW - 5))
    async with opened(board, (width, 24)) as screen:
        title = screen.part(Facts).splitlines()[0]
        assert all(word in title for word in ("SERVICE DOWN", "CRITICAL", "5s", "Sales"))


async def test_a_figure_that_reaches_its_threshold_is_marked():
    board = one()
    for endpoint, outcome in (
        (Endpoint.CHAT_ALLOWED, ChatAllowed(False, "queue_depth_reached")),
        (Endpoint.LIVE_SESSION_STATUS, LiveSessionStatus(29.0, 12)),
        (Endpoint.CAPACITY, Capacity(0)),
    ):
        board.fold(answered(outcome, endpoint=endpoint))
    async with opened(board, (120, 30)) as screen:
        words = " ".join(screen.part(Figures).split())
        assert words == "wait 29s queue 12! slots 0! agent – button HIDDEN (chatAllowed)"


@pytest.mark.parametrize("theme", ["dark", "ansi16", "mono"])
async def test_what_decides_stands_out_in_the_body(theme):
    board = one()
    for observation in round_of(ChatAllowed(False, "other"), CheckEligibility(1)):
        board.fold(observation)
    async with opened(board) as screen:
        screen.app.use_theme(load(theme))
        await settled(screen.pilot)
        judged = screen.app.board_theme.title(Verdict.OTHER, Level.CRITICAL)
        for key, words in (("up", ()), ("down", ('allowed="false"', 'reason="other"'))):
            await screen.press(key)
            view = screen.app.screen.query_one(BodyView)
            shown = [s for y in range(view.size.height) for s in view.render_line(y)]
            marked = [
                s.text
                for s in shown
                if s.style.bgcolor == judged.bgcolor
                and s.style.bold
                and s.style.reverse == judged.reverse
                and s.style.color == judged.color
            ]
            assert "".join(marked) == "".join(words), key


async def test_a_poll_without_a_response_says_so_and_paints_nothing_more():
    board = one()
    board.fold(answered(REFUSED))
    async with opened(board) as screen:
        words = ["There is no response: the request was not answered."]
        assert screen.body == words
        assert "refused after 12ms" in screen.part(RequestLines)
        await screen.press("p")
        await settled(screen.pilot)
        assert screen.body == words


async def test_an_empty_body_and_one_that_was_cut_short_say_so():
    board = one()
    board.fold(answered(Failure(Cause.EMPTY, "Empty."), b""))
    async with opened(board) as screen:
        assert screen.body == ["The body is empty."]
        failure = Failure(Cause.TOO_LARGE, "Too large.")
        await screen.heard(answered(failure, b"<a>", at=NOW + 1, truncated=True))
        assert "3 bytes, cut short" in screen.part(RequestLines)


@pytest.mark.parametrize("size", [(80, 24), (160, 40)])
async def test_a_poll_that_was_asked_again_says_so(size):
    words = "asked again on a fresh conn"
    board = one()
    board.fold(replace(answered(ChatAllowed(True), b"<chatAllowed/>"), asked_again=True))
    async with opened(board, size) as screen:
        assert f"200 OK in 12ms, {words}" in screen.part(RequestLines)
        await screen.press("2")
        await settled(screen.pilot)
        assert text_on(screen.app).count(words) == 2, text_on(screen.app)
        await screen.heard(replace(answered(REFUSED, at=NOW + 1), asked_again=True))
        assert f"refused after 12ms, {words}" in screen.part(RequestLines)
        await screen.heard(answered(REFUSED, at=NOW + 2))
        assert words not in text_on(screen.app)


HUGE = {
    "one line": b"<a>" + b"x" * MEBIBYTE + b"</a>",
    "many lines": b"<a>1</a>\n" * (MEBIBYTE // 9),
    "line feeds": b"\n" * MEBIBYTE,
    "open comments": b"<!--" * (MEBIBYTE // 4),
    "open brackets": b"[" * MEBIBYTE,
}


@pytest.mark.parametrize("body", HUGE.values(), ids=HUGE)
async def test_a_huge_body_opens_and_is_laid_out_once(body, monkeypatch):
    laid_out = []
    pretty = bodies.pretty
    monkeypatch.setattr(bodies, "pretty", lambda *about: laid_out.append(1) or pretty(*about))
    board = one()
    board.fold(answered(Failure(Cause.NOT_XML, "Huge."), body))
    async with opened(board) as screen:
        await screen.press("end")
        await settled(screen.pilot)
        same = b"".join([body[:1], body[1:]])
        await screen.heard(answered(Failure(Cause.NOT_XML, "Huge."), same, at=NOW + 1))
        assert f"{len(body):,} bytes" in screen.part(RequestLines)
        assert len(laid_out) == 1
        picture(screen.app)


async def test_more_lines_than_can_be_shown_are_said_to_be_missing():
    board = one()
    board.fold(answered(ChatAllowed(True), HUGE["line feeds"]))
    async with opened(board) as screen:
        await screen.press("p", "end")
        await until(screen.pilot, lambda: "only the first 100,000 lines" in text_on(screen.app))


SEQUENCES = b"\x1b[2J\x1b]0;title\x07\x9b31m\xc2\x9b1m\xe2\x80\xae\r\n\x00\x08\x7f[red]x[/]\xff"


@pytest.mark.parametrize("size", [SIZE, (30, 12), (200, 50)])
async def test_no_sequence_of_a_server_reaches_the_terminal(size):
    words = SEQUENCES.decode("latin-1")
    board = one()
    outcomes = (
        ChatAllowed(None, raw_allowed=words),
        CheckEligibility(None, raw=words),
        Failure(Cause.HTTP, words),
        Capacity(None, raw=words),
    )
    for endpoint, outcome in zip(Endpoint, outcomes, strict=False):
        about = {"url": f"http://x/{words}", "reason": words, "head": HEAD + b"X: " + SEQUENCES}
        body = b"<a b='" + SEQUENCES + b"'>" + SEQUENCES + b"</a>"
        board.fold(answered(outcome, body, endpoint=endpoint, **about))
    async with opened(board, size) as screen:
        for key in ("h", "p", "down", "p", "down", "h", "down", "down"):
            picture(screen.app)
            await screen.press(key)
        await screen.press("escape")
        picture(screen.app)


async def test_an_entry_point_that_is_no_longer_on_the_board_is_said_to_be_gone():
    app = wall(made_board(2))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        view = View(title="", snapshot=one().snapshot(NOW), now=NOW)
        await app.push_screen(DrillDownScreen(app.board_theme, EntryPointKey("gone", 1), view))
        await settled(pilot)
        assert "This entry point is not on the board." in text_on(app)
        keys = ("down", "left_square_bracket", "p", "h", "r", "right_square_bracket", "up")
        await pilot.press(*keys)
        await settled(pilot)
        await pilot.press("escape")
        assert isinstance(app.screen, WallScreen)


async def test_an_entry_point_of_which_nothing_is_asked_opens():
    async with opened(one(endpoints=())) as screen:
        await screen.press("down", "up", "left_square_bracket", "p", "h")
        assert "Not asked yet" in screen.part(RequestLines)


async def test_only_the_endpoints_that_are_asked_are_listed():
    asked = (Endpoint.CAPACITY, Endpoint.CHECK_ELIGIBILITY)
    async with opened(one(endpoints=asked)) as screen:
        table = screen.part(EndpointTable)
        assert [line.split()[-4] for line in table.splitlines()] == list(asked)
        await screen.pilot.click(EndpointTable, offset=(5, 1))
        assert "▶ checkEligibility" in screen.part(EndpointTable)


async def test_it_freezes_with_the_wall():
    board = one()
    board.fold(answered(ChatAllowed(True), b"<poll>0</poll>"))
    async with opened(board) as screen:
        await screen.press("space")
        await screen.heard(answered(ChatAllowed(True), b"<poll>1</poll>", at=NOW + 1))
        assert screen.body == ["<poll>0</poll>"]
        await screen.press("space")
        assert screen.body == ["<poll>1</poll>"]


async def test_it_survives_any_size():
    board = made_board(14)
    async with opened(board) as screen:
        for size in [(28, 9), (1, 1), (300, 80), (40, 10), (27, 9)]:
            await screen.pilot.resize_terminal(*size)
            await settled(screen.pilot)
            picture(screen.app)
        await screen.pilot.resize_terminal(*SIZE)
        await settled(screen.pilot)
        after = picture(screen.app)
    async with opened(made_board(14)) as fresh:
        assert picture(fresh.app) == after


@pytest.mark.parametrize("size", [(80, 24), (40, 24)], ids="{0[0]}x{0[1]}".format)
async def test_what_does_not_fit_is_wrapped_or_ends_in_an_ellipsis(size):
    board = story()
    async with opened(board, size) as screen:
        assert "button HIDDEN" in screen.part(Figures)
        assert " ".join(screen.part(Facts).split()).endswith(
            "The queue has reached its maximum depth Before: OPEN for 11m20s "
            "Hint: all slots full, or Agent Available = Not Required"
        )
        lines = screen.part(EndpointTable).splitlines()
        assert lines[1].endswith("…")
        assert "responseType=" in lines[1]


async def test_the_rule_of_the_button_is_told_where_there_is_room():
    async with opened(story(), (100, 24)) as screen:
        assert "button HIDDEN  (chatAllowed)" in screen.part(Figures)
    async with opened(story(), (60, 24)) as screen:
        assert "(chatAllowed)" not in screen.part(Figures)


async def test_a_long_sentence_takes_two_lines_and_no_more():
    failure = Failure(Cause.HTTP, "One word after another. " * 20)
    board = one(endpoints=(Endpoint.CHAT_ALLOWED,))
    board.fold(answered(failure))
    async with opened(board, (80, 24)) as screen:
        lines = screen.part(Facts).splitlines()
        assert [line.startswith((" One", " word", " after", " another")) for line in lines] == [
            False,
            True,
            True,
        ]
        assert lines[-1].endswith("…")


@pytest.mark.parametrize("width", [80, 40])
async def test_a_frozen_drill_down_says_of_when_its_picture_is(width):
    clock = Clock()
    async with opened(story(), (width, 24), clock) as screen:
        assert " live " in screen.part(RequestLines)
        await screen.press("space")
        clock.now += 100
        await settled(screen.pilot)
        assert f"frozen {time.strftime('%H:%M:%S', time.localtime(NOW))}" in screen.part(
            RequestLines
        )
        assert "live" not in screen.part(RequestLines)
        await screen.press("space")
        assert " live " in screen.part(RequestLines)


async def test_a_poll_of_the_past_in_a_frozen_drill_down_is_not_live():
    async with opened(story(), (80, 24)) as screen:
        await screen.press("space", "left_square_bracket")
        assert " not live " in screen.part(RequestLines)


async def test_the_facts_say_what_is_expected_until_when_and_by_which_rule():
    board = one()
    night = Expectation(Expected(False, NOW + 7 * 86_400, "holiday \x1b[31mChristmas Day"))
    async with opened(board) as screen:
        await screen.heard(answered(ChatAllowed(False, "agent_not_available")))
        assert "xpected" not in screen.part(Facts)
        await screen.heard(ExpectationChanged(NOW, {KEY: night}))
        assert "NO AGENTS  OK" in screen.part(Facts)
        until_when = time.strftime("%d %b %H:%M", time.localtime(NOW + 7 * 86_400))
        assert (
            f"Closed as scheduled until {until_when} (holiday �[31mChristmas Day)."
            in screen.part(Facts)
        )
