import re

import pytest

from wallboard.simulator.fault import Kind, Window
from wallboard.simulator.scenario import (
    ScenarioError,
    SimulatorError,
    load_scenario,
    parse_scenario,
    shipped_scenarios,
)


def errors_of(text):
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(text, source="bad.toml")
    return caught.value.errors


def only(text):
    (fault,) = parse_scenario(text).faults
    return fault


def test_the_shipped_scenarios_are_good():
    assert {"calm", "demo", "faults", "outage"} <= set(shipped_scenarios())
    for name in shipped_scenarios():
        assert load_scenario(name).description


def test_the_scenario_of_all_faults_holds_every_kind():
    assert {fault.kind for fault in load_scenario("faults").faults} == set(Kind)


def test_a_scenario_is_read_from_a_file_of_ones_own(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('description = "Mine"\nstarts_at = "01:30"\n')
    scenario = load_scenario(path)
    assert (scenario.name, scenario.description, scenario.starts_at) == ("mine", "Mine", 5400)


def test_a_scenario_that_is_nowhere_names_those_that_exist():
    with pytest.raises(ScenarioError, match=r"no scenario 'clam'.*calm, demo"):
        load_scenario("clam")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a = "])
def test_a_file_that_is_no_toml_is_a_scenario_error(tmp_path, content):
    path = tmp_path / "odd.toml"
    path.write_bytes(content)
    with pytest.raises(SimulatorError, match=r"odd\.toml"):
        load_scenario(path)


def test_all_errors_are_told_at_once_with_file_table_and_key():
    errors = errors_of(
        """
        starts_at = "25:00"
        fualt = 1
        [queue]
        agents = [5, 2]
        lod = 1
        [[fault]]
        kind = "latncy"
        [[fault]]
        kind = "http"
        status = 200
        entry_point = 1000
        probability = 2
        [[fault]]
        every = 10
        """
    )
    expected = [
        r"^bad\.toml: 'fualt' is not known here \(did you mean 'fault'\?\)$",
        r"^bad\.toml: starts_at must be a time of day",
        r"^bad\.toml: \[queue\] 'lod' is not known here \(did you mean 'load'\?\)$",
        r"^bad\.toml: \[queue\] agents must be a whole number or \[least, most\], from 0, not",
        r"^bad\.toml: \[\[fault\]\] 1 kind is not a kind of fault \(did you mean 'latency'\?\)",
        r"^bad\.toml: \[\[fault\]\] 2 'entry_point' is not known here \(.*'entry_points'\?\)$",
        r"^bad\.toml: \[\[fault\]\] 2 probability must be from 0 to 1, not 2$",
        r"^bad\.toml: \[\[fault\]\] 2 status must be from 400 to 599, not 200$",
        r"^bad\.toml: \[\[fault\]\] 3 kind is missing$",
    ]
    assert len(errors) == len(expected)
    for pattern, error in zip(expected, errors, strict=True):
        assert re.search(pattern, error), error


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ('kind = "down"\nentry_points = 1000', "'entry_points' is not known here"),
        ('kind = "agents"\nendpoints = "capacity"', "'endpoints' is not known here"),
        ('kind = "agents"\ncount = 1.5', "count must be a whole number, not 1.5"),
        ('kind = "agents"\ncount = true', "count must be a number, not True"),
        ('kind = "latency"\nms = nan', "ms must be a number, not nan"),
        ('kind = "html"\nentry_points = "5-2"', "entry_points must be ids"),
        ('kind = "html"\nentry_points = []', "entry_points is empty"),
        ('kind = "html"\nendpoints = ["capacty"]', "did you mean 'capacity'"),
        ('kind = "html"\nendpoints = [[1]]', "endpoints must name endpoints"),
        ('kind = "malformed"\nform = "odd"', "form must be 'readable' or 'broken'"),
        ('kind = "redirect"\nlocation = 3', "location must be a string"),
        ('kind = "html"\nfrom = 9\nuntil = 9', "until must be later than from"),
        ('kind = "html"\nevery = 9', "for is missing"),
        ('kind = "html"\nevery = 9\nfor = 10', "at most every"),
        ('kind = "html"\nevery = 0\nfor = 1', "at most every"),
        ('kind = "html"\nuntil = 9\nfor = 1', "same as until"),
        ("kind = [1]", "is not a kind of fault"),
    ],
)
def test_a_bad_key_is_told(keys, message):
    assert message in "\n".join(errors_of(f"[[fault]]\n{keys}"))


@pytest.mark.parametrize("text", ["fault = 3", "queue = 3", "description = 3", "fault = [1]"])
def test_a_value_of_the_wrong_sort_is_told(text):
    assert errors_of(text)


def test_what_a_file_says_never_reaches_the_terminal_as_control_characters():
    message = "\n".join(errors_of('[[fault]]\nkind = "\\u001b[31m"\n"\\u001b]0;x" = 1'))
    assert "\x1b" not in message


def test_ids_ranges_and_all_choose_entry_points():
    some = only('[[fault]]\nkind = "html"\nentry_points = [7, "1000-1003"]')
    assert [n for n in (6, 7, 999, 1000, 1003, 1004) if some.concerns(n, "capacity")] == [
        7,
        1000,
        1003,
    ]
    assert only('[[fault]]\nkind = "html"').concerns(123456, "capacity")


@pytest.mark.parametrize(
    ("window", "on"),
    [
        (Window(), {0, 5, 25}),
        (Window(5, 25), {5}),
        (Window(5, every=20, length=3), {5, 25, 26}),
        (Window(5, until=25, every=20, length=3), {5}),
    ],
)
def test_a_window_opens_and_closes(window, on):
    assert {t for t in (0, 5, 9, 25, 26) if window.occurrence(t) is not None} >= on
    assert (window.occurrence(0) is not None) == (window.start == 0)


def test_each_repetition_has_its_number():
    window = Window(5, every=20, length=3)
    assert [window.occurrence(t) for t in (4, 5, 7.9, 8, 25, 45)] == [None, 0, 0, None, 1, 2]


def test_a_probability_strikes_its_share_and_always_the_same_ones():
    fault = only('[[fault]]\nkind = "html"\nprobability = 0.3')
    struck = [fault.strikes(t, 1, 1000, "capacity") for t in range(2000)]
    assert 0.25 < sum(struck) / 2000 < 0.35
    assert struck == [fault.strikes(t, 1, 1000, "capacity") for t in range(2000)]
    assert struck != [fault.strikes(t, 2, 1000, "capacity") for t in range(2000)]


def test_a_probability_of_the_entry_points_own_trouble_holds_for_a_whole_occurrence():
    fault = only('[[fault]]\nkind = "agents"\nevery = 10\nfor = 10\nprobability = 0.5')
    spells = [{fault.strikes(o * 10 + t, 1, 1000, "") for t in range(10)} for o in range(40)]
    assert all(len(spell) == 1 for spell in spells)
    assert {True} in spells
    assert {False} in spells
