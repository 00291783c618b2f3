"""Keys that the config gives to actions."""

import re
from pathlib import Path

import pytest
from boards import NOW, made_board
from textual.binding import Binding

from wallboard.config import ConfigError, settings_from
from wallboard.settings import Settings
from wallboard.ui.app.app import WallboardApp
from wallboard.ui.app.configured_keys import bindings_by_screen, with_good_keys
from wallboard.ui.help.help_screen import HelpScreen
from wallboard.ui.screen.keys import LEAVING, commands_of, faults, keymap_of, normal
from wallboard.ui.survey.survey_app import SurveyApp
from wallboard.ui.wall.wall_screen import WallScreen

EXAMPLE = Path(__file__).parents[3] / "config.example.toml"


def every_name():
    return {bound.name for bindings in bindings_by_screen().values() for bound in bindings}


def wrong(keys):
    return faults(keys, bindings_by_screen())


def read(keys):
    return settings_from({"keys": keys}, {}, file="f", folder=Path(), servers_required=False).keys


def problems(keys):
    with pytest.raises(ConfigError) as raised:
        read(keys)
    return [(problem.table, problem.key, problem.message) for problem in raised.value.problems]


def test_one_key_or_a_list_of_them_can_be_given():
    assert read({"poll_now": "p", "sort": ["o", "f6"]}) == {"poll_now": ("p",), "sort": ("o", "f6")}


@pytest.mark.parametrize("value", [3, True, "", [], [""], ["p", 3], {"key": "p"}, [["p"]]])
def test_what_is_no_key_is_told_with_its_place(value):
    message = 'must be a key such as "p" or a list of keys'
    assert problems({"poll_now": value}) == [("[keys]", "poll_now", message)]


def test_the_keys_must_be_a_table():
    assert problems("p") == [("", "keys", 'must be a table, not "p"')]


def test_every_binding_has_a_name_but_those_that_always_leave():
    for screen, bindings in bindings_by_screen().items():
        for bound in bindings:
            assert re.fullmatch(r"[a-z_]+", bound.name) or bound.name == LEAVING, (screen, bound)
            if bound.name == LEAVING:
                assert bound.keys == ("ctrl+c", "ctrl+q")


def test_every_file_of_the_wall_that_binds_keys_is_known():
    ui = Path(WallboardApp.__module__.replace(".", "/")).parents[1]
    root = Path(__file__).parents[3] / ui
    written = {
        name
        for path in root.rglob("*.py")
        for name in re.findall(r'id="([a-z_]+)",?\s*\)', path.read_text())
        if "Binding(" in path.read_text()
    }
    assert written == every_name() - {LEAVING}


def test_the_example_config_names_every_action():
    text = EXAMPLE.read_text()
    listed = re.search(r"The actions:\n((?:# .*\n)+)#\[keys\]", text)[1]
    assert set(re.findall(r"[a-z_]+", listed)) == every_name() - {LEAVING}


def test_keys_that_are_free_on_every_screen_of_their_action_are_good():
    assert list(wrong({"poll_now": ("f5", "r"), "sort": ("p",), "filter": ("ctrl+f5", ";")})) == []


def test_two_actions_may_change_keys_with_each_other():
    assert list(wrong({"sort": ("d",), "density": ("s",)})) == []


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"poll_nwo": ("p",)}, 'did you mean "poll_now"?'),
        ({"zzz": ("p",)}, "known: "),
        ({"poll_now": ("pgup",)}, '"pgup" is no key'),
        ({"poll_now": ("ctrl+",)}, '"ctrl+" is no key'),
        ({"poll_now": ("ab",)}, '"ab" is no key'),
        ({"poll_now": ("\x1b",)}, "is no key"),
        ({"poll_now": ("d",)}, '"d" is also the key of density on the wall screen'),
        ({"poll_now": ("p",)}, '"p" is also the key of raw on the drill down screen'),
        ({"filter": ("?",)}, '"?" is also the key of help on the'),
        ({"sort": ("x", "f6")}, "dismiss_notices"),
        ({"quit": ("ctrl+c",)}, LEAVING),
        ({"sort": ("f6",), "density": ("f6",)}, '"f6" is also the key of density'),
    ],
)
def test_keys_that_cannot_be_are_told_with_the_reason(keys, says):
    found = list(wrong(keys))
    assert {action for action, _ in found} <= set(keys)
    assert says in found[0][1]
    with pytest.raises(ConfigError) as raised:
        with_good_keys(Settings(keys=keys), Path("wallboard.toml"))
    assert str(raised.value.problems[0]).startswith("wallboard.toml: [keys]: ")


@pytest.mark.parametrize(
    ("written", "name"),
    [("p", "p"), ("P", "P"), ("/", "slash"), (",", "comma"), ("ctrl+/", "ctrl+slash"), ("f5", "f5"),
     ("+", "plus"), ("ctrl++", "ctrl+plus"), ("slash", "slash")],
)  # fmt: skip
def test_a_key_can_be_written_as_its_sign_or_by_its_name(written, name):
    assert normal(written) == name
    assert list(keymap_of({"any": (written,)})["any"].split(",")) == [name]


def made(keys):
    return WallboardApp(Settings(theme="dark", keys=keys), board=made_board(12), clock=lambda: NOW)


async def test_a_changed_key_does_what_the_old_one_did_and_the_old_one_nothing():
    app = made({"sort": ("o", ";"), "help": ("f1",)})
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        before = app.state.sort
        await pilot.press("s", "question_mark")
        await pilot.pause()
        assert app.state.sort == before
        assert isinstance(app.screen, WallScreen)
        await pilot.press("o")
        await pilot.pause()
        assert app.state.sort != before
        await pilot.press("f1")
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)


async def test_two_keys_change_places():
    app = made({"sort": ("d",), "density": ("s",)})
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        before = app.state
        await pilot.press("s")
        await pilot.pause()
        assert app.state.sort == before.sort
        assert app.state.density != before.density


async def test_the_help_and_the_footer_show_the_keys_as_they_are():
    app = made({"sort": ("o",)})
    async with app.run_test(size=(200, 50)) as pilot:
        await pilot.pause()
        shown = {command.words: command.keys for command in commands_of(app.screen)}
        assert shown["Sort"] == ("o",)
        bar = app.screen.query_one("KeyBar")
        assert ("o", "sort") in {(one.binding.key, one.binding.action) for *_, one in bar._spans}
        app.use_keys({})
        await pilot.pause()
        assert ("s", "sort") in {(one.binding.key, one.binding.action) for *_, one in bar._spans}


def test_a_binding_is_made_of_the_keys_it_is_written_with():
    (bound,) = {b for bs in bindings_by_screen().values() for b in bs if b.name == "poll_now"}
    (binding,) = (b for b in WallboardApp.BINDINGS if isinstance(b, Binding) and b.id == "poll_now")
    assert bound.keys == (binding.key,)


class StayingSurvey(SurveyApp):
    """Counts how often it was told to go back to the shell."""

    stops = 0

    def action_suspend_process(self):
        self.stops += 1


async def test_the_survey_by_itself_goes_by_the_same_keys():
    app = StayingSurvey(Settings(keys={"suspend": ("ctrl+b",)}))
    async with app.run_test() as pilot:
        await pilot.press("ctrl+z")
        assert app.stops == 0
        await pilot.press("ctrl+b")
        assert app.stops == 1
