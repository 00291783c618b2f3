"""Pictures of the survey form: being filled in, asking, and with what the server said."""

import pytest
from boards import NOW, made_board
from textual.pilot import Pilot

from tests.ui.survey.test_survey_form import QUESTIONS
from wallboard.domain.observation import Response
from wallboard.ece.ask.survey import UNKNOWN_WORDS, Delivery, Outcome
from wallboard.settings import ServerSettings, Settings, SurveySettings
from wallboard.ui.app.app import WallboardApp
from wallboard.ui.survey.survey_screen import SurveyScreen

THEMES = ["ansi16", "dark", "light", "mono"]
SIZES = [(80, 24), (40, 12)]
PAGE = b"<html>\n<body>\n<h1>HTTP Status 500</h1>\n</body>\n</html>\n"
OUTCOMES = {
    "sent": Outcome(Delivery.SENT, "Survey accepted by ece.example.com:443 (204)."),
    "refused": Outcome(
        Delivery.REFUSED,
        "ece.example.com:443 answered 500 Internal Server Error: the survey was not accepted.",
        Response(500, "Internal Server Error", b"Content-Type: text/html", PAGE),
    ),
    "unknown": Outcome(
        Delivery.UNKNOWN,
        f"{UNKNOWN_WORDS} ece.example.com:443 did not answer within 5 s. The server is overloaded "
        'or hangs, or the network is slow; `timeout` of server "prod" sets the limit.',
    ),
}


def app(theme="dark", *, plain=False):
    servers = (
        ServerSettings(name="prod", url="https://ece.example.com"),
        ServerSettings(name="lab", url="http://lab.example.com"),
    )
    survey = SurveySettings(question=QUESTIONS)
    settings = Settings(theme=theme, server=servers, survey=survey, ascii=plain)
    return WallboardApp(settings, board=made_board(12), clock=lambda: NOW)


def pressing(*keys: str):
    async def press(pilot: Pilot[None]):
        await pilot.pause()
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        assert pilot.app.is_running, "an app that broke down has no picture"

    return press


def with_outcome(name):
    async def press(pilot: Pilot[None]):
        await pressing("v", *"4711")(pilot)
        form = pilot.app.screen
        assert isinstance(form, SurveyScreen)
        form.set_focus(None)
        form._sending = form._sending.asking("prod", form.body()).begun()
        form.post_message(SurveyScreen.Answered(OUTCOMES[name]))
        await pilot.pause()
        await pilot.pause()

    return press


@pytest.mark.parametrize("theme", ["dark", "mono"])
def test_the_form(snap_compare, theme):
    filled = pressing("v", *"4711")
    assert snap_compare(app(theme), terminal_size=(80, 24), run_before=filled)


@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
def test_the_form_as_text(text_compare, size):
    filled = pressing("v", *"4711")
    assert text_compare(app(), terminal_size=size, run_before=filled)


@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
def test_the_form_in_plain_ascii(text_compare, size):
    filled = pressing("v", *"4711")
    assert text_compare(app("mono", plain=True), terminal_size=size, run_before=filled)


def test_what_is_wrong_is_pointed_at(snap_compare):
    wrong = pressing("v", "ctrl+n", "ctrl+s")
    assert snap_compare(app(), terminal_size=(80, 24), run_before=wrong)


@pytest.mark.parametrize("theme", ["dark", "mono"])
def test_it_asks_before_it_sends(snap_compare, theme):
    asked = pressing("v", *"4711", "ctrl+s")
    assert snap_compare(app(theme), terminal_size=(80, 24), run_before=asked)


@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
def test_it_asks_before_it_sends_as_text(text_compare, size):
    asked = pressing("v", *"4711", "ctrl+s")
    assert text_compare(app(), terminal_size=size, run_before=asked)


@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
@pytest.mark.parametrize("name", OUTCOMES)
def test_what_came_of_it(text_compare, name, size):
    assert text_compare(app(), terminal_size=size, run_before=with_outcome(name))
