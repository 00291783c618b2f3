"""The survey form: what is typed, what is previewed and what arrives at a real server."""

from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from boards import NOW, made_board
from waiting import until
from walls import help_groups, words_of

from wallboard.ece.ask.survey import UNKNOWN_WORDS, Delivery
from wallboard.settings import (
    ServerSettings,
    Settings,
    SurveyQuestionSettings,
    SurveySettings,
)
from wallboard.simulator.scenario import parse_scenario
from wallboard.simulator.server import Simulator
from wallboard.ui.app.app import WallboardApp
from wallboard.ui.screen.confirm_screen import ConfirmScreen
from wallboard.ui.screen.keys import commands_of
from wallboard.ui.survey.field import Field, SurveyRow
from wallboard.ui.survey.survey_app import SurveyApp
from wallboard.ui.survey.survey_form import Stage
from wallboard.ui.survey.survey_preview import SurveyPreview
from wallboard.ui.survey.survey_screen import SurveyScreen
from wallboard.ui.wall.wall_screen import WallScreen
from wallboard.ui.widgets.body_view import BodyView
from wallboard.ui.widgets.key_bar import KeyBar

DEADLINE_SECONDS = 60
QUESTIONS = (
    SurveyQuestionSettings(text="How was it?", answers=("Well", "Badly"), default="Well"),
    SurveyQuestionSettings(text="Anything else?", required=False),
)


def settings_of(*urls: str, questions=QUESTIONS, **more):
    servers = [ServerSettings(name=f"s{n}", url=url) for n, url in enumerate(urls)]
    survey = SurveySettings(question=questions)
    return Settings(theme="dark", server=tuple(servers), survey=survey, timeout=30, **more)


@asynccontextmanager
async def simulated(scenario=""):
    async with Simulator(entry_points=[1000], scenario=parse_scenario(scenario)) as simulator:
        yield simulator


@asynccontextmanager
async def opened(settings, *, sid="77", size=(80, 24)):
    app = SurveyApp(settings, sid=sid)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert isinstance(app.screen, SurveyScreen)
        yield pilot, app.screen


async def type_in(pilot, text):
    for char in text:
        await pilot.press({" ": "space"}.get(char, char))


async def send(pilot, form, *keys: str):
    await pilot.press("ctrl+s")
    await until(lambda: isinstance(pilot.app.screen, ConfirmScreen))
    await pilot.press(*(keys or ("y",)))


async def ended(form):
    await until(lambda: form._sending.stage is Stage.WRITING and form._sending.outcome)
    return form._sending.outcome


def previewed(form):
    """The bytes that the preview shows: its lines put together again."""
    view = form.query_one(BodyView)
    view._lay_out_all()
    return "".join(view._lines).replace("␊", "\n").encode()


def said(form):
    lines = form.query_one(SurveyPreview)._said._lines
    return " ".join("".join(segment.text for segment in line).strip() for line in lines)


def head(form):
    return "".join(segment.text for segment in form.query_one(SurveyPreview)._head._lines[0])


async def test_what_arrives_is_byte_for_byte_what_was_previewed():
    async with (
        simulated() as simulator,
        opened(settings_of(simulator.url), sid="") as (pilot, form),
    ):
        await type_in(pilot, "a<7")
        form._rows()[0].answer.line.value = "schön & \u202e日本 <gut> " + "lang " * 60
        await pilot.press("ctrl+n")
        await pilot.pause()
        await type_in(pilot, "And?")
        await pilot.press("enter")
        await type_in(pilot, "Yes")
        await pilot.pause()
        shown = previewed(form)

        await send(pilot, form)
        outcome = await ended(form)
        await pilot.pause()

        (survey,) = simulator.surveys
        assert survey.raw == shown
        assert (survey.sid, survey.content_type) == ("a<7", "text/xml")
        assert [question for question, _ in survey.answers] == ["How was it?", "And?"]
        assert outcome.delivery is Delivery.SENT
        assert said(form).endswith(" (204). Change it to send another.")
        assert "Survey accepted by 127.0.0.1" in said(form)
        assert head(form).strip() == f"POST {simulator.url}/system/egain/chat/entrypoint/survey"


async def test_the_form_begins_with_the_questions_of_the_config_and_an_empty_one_without():
    async with opened(settings_of("http://h")) as (_, form):
        rows = [row.row for row in form._rows()]
        assert [(row.question, row.answer, row.choices, row.required) for row in rows] == [
            ("How was it?", "Well", ("Well", "Badly"), True),
            ("Anything else?", "", (), False),
        ]
    async with opened(settings_of("http://h", questions=())) as (_, form):
        assert [(row.row.question, row.row.answer) for row in form._rows()] == [("", "")]
        assert said(form) == "Question 1 is empty (and 1 more)"


async def test_the_preview_follows_every_key():
    async with opened(settings_of("http://h"), sid="") as (pilot, form):
        assert said(form) == "The sid (the id of the chat session) is empty"
        for typed in ("4", "47", "47&"):
            await pilot.press({"&": "ampersand"}.get(typed[-1], typed[-1]))
            await pilot.pause()
            assert f'sid="{typed.replace("&", "&amp;")}"'.encode() in previewed(form)
        assert said(form) == "Ready to send."


async def test_up_and_down_choose_an_answer_and_a_click_does_too():
    async with opened(settings_of("http://h")) as (pilot, form):
        answer = form._rows()[0].answer
        answer.line.focus()
        await pilot.press("down")
        assert answer.text == "Badly"
        await pilot.press("down")
        assert answer.text == "Well"
        await pilot.press("up")
        assert answer.text == "Badly"
        await type_in(pilot, "!")
        await pilot.press("down")
        assert answer.text == "Well"
        await pilot.pause()
        await pilot.click(answer._behind)
        assert answer.text == "Badly"
        other = form._rows()[1].answer
        other.line.focus()
        await pilot.press("up")
        assert form.focused is form._rows()[1].question.line


async def test_rows_are_added_and_removed_and_numbered_anew():
    async with opened(settings_of("http://h")) as (pilot, form):
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert len(form._rows()) == 3
        assert form.focused is form._rows()[2].question.line
        form._rows()[0].question.line.focus()
        await pilot.press("ctrl+r")
        await pilot.pause()
        assert [row.row.question for row in form._rows()] == ["Anything else?", ""]
        assert [row.question._label for row in form._rows()] == ["1 question", "2 question"]
        for _ in range(3):
            await pilot.press("ctrl+r")
            await pilot.pause()
        assert [(row.row.question, row.row.answer) for row in form._rows()] == [("", "")]


async def test_what_is_missing_is_pointed_at_and_nothing_is_asked():
    async with simulated() as simulator:
        settings = settings_of(simulator.url, "http://h")
        async with opened(settings, sid="") as (pilot, form):
            assert form.focused is form._server.line
            await pilot.press("ctrl+s")
            await pilot.pause()
            assert pilot.app.screen is form
            assert said(form).startswith("Choose a server")
            await type_in(pilot, "s2")
            await pilot.press("ctrl+s")
            await pilot.pause()
            assert 'Unknown server "s2"; ' in said(form)
            await pilot.press("down")
            assert form._server.text == "s0"
            await pilot.press("ctrl+s")
            await pilot.pause()
            assert form.focused is form._sid.line
            assert form._sid.wrong
            assert not simulator.surveys


@pytest.mark.parametrize("keys", [("n",), ("escape",), ("enter",), ("enter", "enter", "n", "n")])
async def test_only_yes_sends(keys):
    async with simulated() as simulator, opened(settings_of(simulator.url)) as (pilot, form):
        before = form.form
        await send(pilot, form, *keys[:1])
        await until(lambda: pilot.app.screen is form)
        assert form._sending.stage is Stage.WRITING
        assert form.form == before
        await pilot.press("escape")
        await pilot.pause()
        assert not simulator.surveys


async def test_keys_pressed_twice_send_once():
    async with simulated() as simulator, opened(settings_of(simulator.url)) as (pilot, form):
        await pilot.press("ctrl+s", "ctrl+s", "ctrl+s")
        await until(lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await pilot.press("y", "y", "enter", "y", "ctrl+s", "y")
        outcome = await ended(form)
        await pilot.pause()
        assert outcome.delivery is Delivery.SENT
        assert form._sid.text == "77"
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert pilot.app.screen is form, "the very same is not even asked about"
        assert len(simulator.surveys) == 1

        form._sid.line.value = "78"
        await send(pilot, form)
        await until(lambda: len(simulator.surveys) == 2)
        assert (await ended(form)).delivery is Delivery.SENT


HANGS = '[[fault]]\nkind = "hang"\nendpoints = "survey"\n'


async def test_the_form_lives_while_it_waits_and_cannot_be_left_or_sent_again():
    async with simulated(HANGS) as simulator, opened(settings_of(simulator.url)) as (pilot, form):
        await send(pilot, form)
        await until(lambda: simulator.surveys)
        await pilot.pause()
        assert said(form) == "Sending to s0…"
        await pilot.press("ctrl+s", "ctrl+n", "ctrl+r", "escape", "y")
        await pilot.pause()
        assert pilot.app.screen is form
        assert len(form._rows()) == 2
        assert len(simulator.surveys) == 1


async def test_a_survey_on_its_way_when_the_form_ends_has_an_unknown_outcome():
    async with simulated(HANGS) as simulator:
        async with opened(settings_of(simulator.url)) as (pilot, form):
            await send(pilot, form)
            await until(lambda: simulator.surveys)
            await pilot.press("ctrl+c")
        assert pilot.app.outcome.delivery is Delivery.UNKNOWN
        assert UNKNOWN_WORDS in pilot.app.outcome.message


async def test_a_time_out_says_that_nothing_is_known_and_a_second_time_is_warned_of():
    async with simulated(HANGS) as simulator:
        settings = replace(settings_of(simulator.url), timeout=0.5, connect_timeout=0.5)
        async with opened(settings) as (pilot, form):
            await send(pilot, form)
            outcome = await ended(form)
            await pilot.pause()
            if outcome.delivery is Delivery.UNKNOWN:
                assert said(form).startswith(UNKNOWN_WORDS)
                await pilot.press("ctrl+s")
                await until(lambda: isinstance(pilot.app.screen, ConfirmScreen))
                await pilot.pause()
                assert any("there twice" in text for text in pilot.app.screen._paragraphs)
                await pilot.press("enter")
            else:
                assert outcome.delivery is Delivery.NOT_SENT, "the machine was too busy to connect"
            assert len(simulator.surveys) <= 1


async def test_another_status_is_shown_with_its_body_until_something_is_typed():
    scenario = '[[fault]]\nkind = "http"\nendpoints = "survey"\nstatus = 500\n'
    async with (
        simulated(scenario) as simulator,
        opened(settings_of(simulator.url)) as (pilot, form),
    ):
        await send(pilot, form)
        outcome = await ended(form)
        await pilot.pause()
        assert "500" in said(form)
        assert "the survey was not accepted" in said(form)
        assert head(form).startswith(" Answer: 500")
        assert outcome.response.body
        assert previewed(form).strip() == outcome.response.body.strip()
        form._sid.line.focus()
        await type_in(pilot, "8")
        await pilot.pause()
        assert b'sid="778"' in previewed(form)
        assert said(form) == "Ready to send."


async def test_settings_that_cannot_be_used_are_told_and_nothing_is_sent():
    settings = settings_of("http://h")
    broken = replace(settings.server[0], client_key="nowhere.pem")
    async with opened(replace(settings, server=(broken,))) as (pilot, form):
        await send(pilot, form)
        assert (await ended(form)).delivery is Delivery.NOT_SENT
        await pilot.pause()
        assert said(form).startswith("Not sent. ")
        assert "client_key needs client_cert" in said(form)


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("size", [(80, 24), (40, 12), (200, 50), (28, 9)])
async def test_hostile_text_is_only_text_at_any_size(size, plain):
    hostile = "\x1b]0;owned\x07\u202e[bold]x[/]\ud800\x9b31m日本語"
    settings = replace(settings_of("http://h"), ascii=plain)
    async with opened(settings, sid=hostile, size=size) as (pilot, form):
        form._rows()[0].answer.line.value = hostile
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert b"\x1b" not in previewed(form)
        assert said(form).isprintable()
        assert said(form).startswith("The sid (the id of the chat session): character ")
        assert pilot.app.screen is form


def on_the_wall(**more):
    settings = settings_of("http://prod", "http://other", **more)
    servers = (replace(settings.server[0], name="prod"), settings.server[1])
    return WallboardApp(replace(settings, server=servers), board=made_board(12), clock=lambda: NOW)


async def test_v_on_the_wall_opens_it_for_the_server_of_the_selected_entry_point():
    app = on_the_wall()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("v")
        await pilot.pause()
        assert isinstance(app.screen, SurveyScreen)
        assert app.screen._server.text == "prod"
        await type_in(pilot, "qv7")
        assert app.screen._sid.text == "qv7"
        app.tick()
        await pilot.press("escape")
        await pilot.pause()
        assert "Discard this survey?" in "\n".join(words_of(app, ".asked"))
        await pilot.press("n")
        await pilot.pause()
        assert isinstance(app.screen, SurveyScreen)
        assert app.screen._sid.text == "qv7"
        await pilot.press("escape", "y")
        await pilot.pause()
        assert isinstance(app.screen, WallScreen)


async def test_an_untouched_form_goes_without_a_question():
    app = on_the_wall()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("v")
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, WallScreen)


async def test_a_kiosk_does_not_offer_it():
    app = on_the_wall(kiosk=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("v")
        await pilot.pause()
        assert isinstance(app.screen, WallScreen)
        assert "survey" not in {command.action for command in commands_of(app.screen)}
        words = {words for group in help_groups(app) for _, words in group.lines}
        assert "Submit a survey" not in words


async def test_the_help_and_the_palette_know_it():
    app = on_the_wall()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert ("v",) in {command.keys for command in commands_of(app.screen)}
        titles = [group.title for group in help_groups(app)]
        assert {"Survey", "Confirming"} <= set(titles)


async def test_other_keys_of_the_config_hold_in_the_form_too():
    settings = replace(settings_of("http://h"), keys={"add_question": ("f2",)})
    async with opened(settings) as (pilot, form):
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert len(form._rows()) == 2
        await pilot.press("f2")
        await pilot.pause()
        assert len(form._rows()) == 3


async def test_the_keys_can_be_clicked():
    async with opened(settings_of("http://h")) as (pilot, form):
        bar = form.query_one(KeyBar)
        start, *_ = next(span for span in bar._spans if span[2].binding.action == "add")
        await pilot.click(bar, offset=(start + 1, 0))
        await pilot.pause()
        assert len(form.query(SurveyRow)) == 3
        assert len(form.query(Field)) == 8
