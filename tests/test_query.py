"""What an operator types to find entry points, and what it finds."""

from dataclasses import replace

import pytest
from events import ALLOWED, failed, heard, refused
from hypothesis import given
from hypothesis import strategies as st

from wallboard.board import Board
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.expectation import Expectation, Expected, Maintenance
from wallboard.domain.pattern import LONGEST_SEARCHED
from wallboard.domain.policy import Policy
from wallboard.domain.reading import CheckEligibility
from wallboard.query import parse
from wallboard.query_fields import FIELDS

NOW = 1_000.0


def board():
    """Six entry points on two servers: open, full, without agents, strange, unheard and full."""
    entry_points = [
        EntryPoint(EntryPointKey("prod", 1000), "Sales East", "EMEA"),
        EntryPoint(EntryPointKey("prod", 1001), "Billing (new)", "EMEA"),
        EntryPoint(EntryPointKey("prod", 1010), "Straße", "AMER"),
        EntryPoint(EntryPointKey("test", 2000), "sales west", ""),
        EntryPoint(EntryPointKey("test", 10100), "a,b", ""),
        EntryPoint(EntryPointKey("test", 31), "10:30", "EMEA"),
    ]
    keys = [one.key for one in entry_points]
    made = Board([(one, Policy()) for one in entry_points])
    made.fold(heard(ALLOWED, key=keys[0], at=NOW))
    made.fold(heard(CheckEligibility(0), key=keys[0], at=NOW))
    made.fold(heard(refused("queue_depth_reached"), key=keys[1], at=NOW))
    made.fold(heard(CheckEligibility(2), key=keys[1], at=NOW))
    made.fold(heard(refused("agent_not_available"), key=keys[2], at=NOW - 31))
    made.fold(failed(Endpoint.CHAT_ALLOWED, key=keys[3], at=NOW))
    made.fold(heard(CheckEligibility(None, raw="Seven"), key=keys[3], at=NOW))
    made.fold(heard(replace(refused("queue_depth_reached"), lenient=True), key=keys[5], at=NOW))
    return made.snapshot(NOW)


EVERY_ID = [1000, 1001, 1010, 2000, 10100, 31]


def found(text, now=NOW):
    """The ids that a query chooses."""
    chosen = parse(text).select(board().entry_points.values(), now)
    return [status.entry_point.key.id for status in chosen]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", EVERY_ID),
        ("sales", [1000, 2000]),
        ("SALES", [1000, 2000]),
        ("STRASSE", [1010]),
        ("amer", [1010]),
        ("prod", [1000, 1001, 1010]),
        ("1010", [1010, 10100]),
        ("no agents", [1010]),
        ("sales west", [2000]),
        ("  west   sales ", [2000]),
        ('"sales west"', [2000]),
        ('"west sales"', []),
        ('"sales west', [2000]),
        ("sales,billing", [1000, 1001, 2000]),
        ('"a,b"', [10100]),
        ("10:30", [31]),
    ],
)
def test_words_are_looked_for_in_all_that_a_tile_says(text, ids):
    assert found(text) == ids
    assert parse(text).problem is None


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("!sales", [1001, 1010, 10100, 31]),
        ("!!sales", [1000, 2000]),
        ("sales !west", [1000]),
        ("! sales west", [1000, 1001, 1010, 10100, 31]),
        ("!! sales west", [2000]),
        ("! !sales", [1000, 2000]),
        ("!group:EMEA", [1010, 2000, 10100]),
        ("!sales,billing", [1010, 10100, 31]),
        ('"!sales"', []),
    ],
)
def test_an_exclamation_mark_inverts_a_word_and_before_a_blank_the_whole(text, ids):
    assert found(text) == ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("verdict:full", [1001, 31]),
        ("verdict:Agents", [1010]),
        ("verdict:queue_depth", [1001, 31]),
        ('verdict:"no agents"', [1010]),
        ("group:emea", [1000, 1001, 31]),
        ("!group:.", [2000, 10100]),
        ("GROUP:amer,emea", [1000, 1001, 1010, 31]),
        ("server:test", [2000, 10100, 31]),
        ("level:critical", [1010]),
        ("level:crit,ok", [1000, 1010]),
        ("id:10", [1000, 1001, 1010, 10100]),
        ("id:1000-1010", [1000, 1001, 1010]),
        ("id:1010-1000", [1000, 1001, 1010]),
        ("id:1000-", [1000]),
        ("id:31,1001", [1001, 31]),
        ("name:^sales", [1000, 2000]),
        ('name:"^sales e"', [1000]),
        ('name:"a,b"', [10100]),
        ("name:^.{3,5}$", [10100, 31]),
        ("response:0,2", [1000, 1001]),
        ("response:seven", [2000]),
        ("response:none", [1010, 10100, 31]),
        ("button:shown", [1000]),
        ("button:hid", [1001, 1010, 31]),
        ("mark:partial", [2000]),
        ("mark:lenient", [31]),
        ("mark:stale", [1010]),
        ("mark:contradiction", []),
        ("mark:len,part", [2000, 31]),
    ],
)
def test_a_field_is_looked_for_in_one_thing(text, ids):
    assert found(text) == ids
    assert parse(text).problem is None


def test_nothing_counts_as_stale_at_an_unknown_moment():
    assert found("mark:stale", now=None) == []
    assert found("mark:stale,lenient", now=None) == [31]


@pytest.mark.parametrize("text", ["", "  ", "!", "! ", "!!", "group:", "!group:", '""', "group:,"])
def test_a_query_not_yet_typed_chooses_everything(text):
    assert not parse(text)
    assert parse(text).problem is None
    assert found(text) == EVERY_ID


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("^s", [1000, 1010, 2000]),
        ("east$|west$", [1000, 2000]),
        ("(?:EMEA|AMER)", [1000, 1001, 1010, 31]),
        ("sal.s", [1000, 2000]),
        (r"\d{5}", [10100]),
        ("billing.*new", [1001]),
        ('"Billing (new)"', [1001]),
        ("[[]", []),
    ],
)
def test_a_word_with_the_signs_of_one_is_an_expression_and_also_plain_text(text, ids):
    assert found(text) == ids
    assert parse(text).problem is None


@pytest.mark.parametrize("text", ["(new", "new)", "+", "[", "a**", "(?P<x", "\\", "x{9999999999}"])
def test_what_is_no_expression_is_plain_text_and_says_why(text):
    assert parse(text).problem.startswith(f'"{text}" searched as plain text: ')
    assert found(text) == ([1001] if "new" in text else [])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("(a{1000}){1000}", "too many repeats"),
        ("a{4294967294}", "too many repeats"),
        ("a{99}" * 3, "too many repeats"),
        ("(" * 24 + "a" + ")+" * 24, "too many repeats"),
        ("(?>" * 24 + "a" + "){1,2}" * 24, "too many repeats"),
        ("a|(?R)b", "recursive"),
        ("(a|(?1)b)", "recursive"),
        ("(?P<x>a|(?&x)b)", "recursive"),
    ],
)
def test_an_expression_that_would_fill_the_memory_is_plain_text_and_says_so(text, why):
    assert parse(text).problem == f'"{text}" searched as plain text: {why}'
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "a.*b.*c",
        "(east|west)?",
        "^[a-z]+ w",
        r"\(new\)",
        "(?i:x)+",
        "a{3}b+",
        "x*?y",
        "(ab)+",
        "[*+?]",
        "(a+)+$",
        "(x+x+)+y",
        "a.*b.*c.*d.*e",
        "x{2000,}",
        "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    ],
)
def test_an_expression_that_ends_soon_is_taken_as_one(text):
    assert parse(text).problem is None


@pytest.mark.parametrize(
    "text",
    [
        "(a|a)" * 30 + "[yz]",
        "(?=(a|a)(b|b)?)" + "(a|a)" * 30 + "$",
        "a.*a.*a.*a?[yz]",
        "(a|a)*[yz]",
        "(a{1,30}){30}[yz]",
        "(?:a+|a)+[yz]",
    ],
)
def test_an_expression_that_turns_out_to_take_for_ever_is_plain_text_from_then_on(text):
    names = ("a" * LONGEST_SEARCHED, text, "other")
    points = [EntryPoint(EntryPointKey("prod", n), name) for n, name in enumerate(names * 400)]
    statuses = Board([(point, Policy()) for point in points]).snapshot(NOW).entry_points.values()
    query = parse(f'name:"{text}"')
    assert query.problem is None

    chosen = [status.state.entry_point.name for status in query.select(statuses)]

    assert chosen == [text] * 400
    assert query.problem == f'"{text}" searched as plain text: too slow'


def test_what_is_typed_without_end_is_cut():
    query = parse("[" * 200_000)

    assert "1,000 characters" in query.problem
    assert len(query.text) == 200_000


def test_an_unknown_field_is_plain_text_and_names_the_nearest():
    query = parse("grup:EMEA")
    assert query.problem == 'unknown field "grup:", searching as text; did you mean "group"?'
    assert found("grup:EMEA") == []
    assert all(f"{name}" in parse("zzzz:x").problem for name in FIELDS)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("level:fine", "ok, warning, unknown, critical"),
        ("button:gone", "shown, hidden, unknown"),
        ("mark:odd", "partial, stale, contradiction, lenient"),
        ("id:x", "1000-1010"),
        ("id:²", "1000-1010"),
        ("id:1-2-3", "1000-1010"),
    ],
)
def test_a_value_that_a_field_does_not_have_chooses_nothing_and_says_what_there_is(text, says):
    assert found(text) == []
    assert says in parse(text).problem


def test_the_first_problem_is_the_one_that_is_told():
    assert "level" not in parse("( level:fine").problem


def test_queries_of_one_text_are_equal():
    assert parse("sales !west") == parse("sales !west")
    assert parse("sales") != parse("west")


def test_only_the_start_of_a_long_name_is_looked_at():
    long_name = "a" * LONGEST_SEARCHED + "end"
    point = EntryPoint(EntryPointKey("prod", 1), long_name)
    snapshot = Board([(point, Policy())]).snapshot(NOW)
    (status,) = snapshot.entry_points.values()
    assert not parse("end").matches(status)
    assert parse("^a+$").matches(status)


SIGNS = st.sampled_from(list('ab10!:,"()[]{}*+?.|^$\\- \n') + [f"{name}:" for name in FIELDS])


@given(st.lists(SIGNS, max_size=30).map("".join) | st.text())
def test_no_text_is_an_error(text):
    query = parse(text)
    assert query.text == text
    chosen = [query.matches(status, NOW) for status in STATUSES]
    assert set(chosen) <= {True, False}


STATUSES = list(board().entry_points.values())


def test_a_verdict_that_does_not_exist_is_told_with_the_nearest():
    assert parse("verdict:opn").problem == 'unknown value "opn"; did you mean "open"?'
    assert parse("verdict:open").problem is None
    assert parse("verdict:no").problem is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("group:EMAE", 'no group matches "EMAE"; did you mean "EMEA"?'),
        ("sales !group:emae", 'no group matches "emae"; did you mean "EMEA"?'),
        ("group:emea,apac", 'no group matches "apac"; known: AMER, EMEA'),
        ("server:prd", 'no server matches "prd"; did you mean "prod"?'),
        ("server:^rod", 'no server matches "^rod"; did you mean "prod"?'),
        ("group:ema level:awful", 'unknown value "awful"; known: ok, warning, unknown, critical'),
        ("group:em", None),
        ("group:^A", None),
        ("server:prod,test", None),
        ("name:nobody", None),
        ("nobody", None),
        ("group:", None),
    ],
)
def test_a_group_or_server_that_the_board_has_not_is_told_with_the_nearest(text, problem):
    assert parse(text).problem_among(board().entry_points.values()) == problem


def test_a_board_without_groups_says_so():
    made = Board([(EntryPoint(EntryPointKey("prod", 1), "Sales"), Policy())])
    found = parse("group:x").problem_among(made.snapshot(NOW).entry_points.values())
    assert found == "no entry point has a group"


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("expected:open", [1000]),
        ("expected:closed", [1001, 2000]),
        ("expected:scheduled", [1001]),
        ("expected:open verdict:open", [1000]),
        ("expected:maint", [1010]),
        ("expected:nothing", [10100, 31]),
        ("!expected:nothing,maintenance", [1000, 1001, 2000]),
        ("expected:outside", []),
    ],
)
def test_what_is_expected_can_be_asked_for(text, ids):
    made = board().entry_points
    night, day = (Expectation(Expected(is_open, None, "rule")) for is_open in (False, True))
    upgrade = Expectation(None, Maintenance(None, "upgrade"))
    planned = dict(zip(EVERY_ID, (day, night, upgrade, night), strict=False))
    statuses = [
        replace(status, expectation=planned.get(key.id, status.expectation))
        for key, status in made.items()
    ]
    chosen = parse(text).select(statuses, NOW)
    assert [status.entry_point.key.id for status in chosen] == ids
