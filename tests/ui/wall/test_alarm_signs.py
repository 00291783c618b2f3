"""What is shown of alarms on the wall: sign and words, order, counts, and nothing hidden."""

import unicodedata
from dataclasses import replace

import pytest
from alarmed import (
    ACKED,
    ANNA,
    COVERED,
    EVERY,
    NEW,
    PENDING,
    RETURNED,
    SHELVED,
    SUPPRESSED,
    alarm,
    snapshot_with,
    with_alarms,
)
from boards import NOW, made_board
from rich.cells import cell_len
from walls import STEERING, Clock, part, settled, text_on, wall

from wallboard.domain.alarm import AlarmState
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.policy import Verdict
from wallboard.query import parse
from wallboard.ui.look.glyphs import ASCII, CONSOLE, UNICODE
from wallboard.ui.look.theme import load
from wallboard.ui.picture.arrangement import Arrangement
from wallboard.ui.screen.header import BoardHeader
from wallboard.ui.wall.arrange import arrange, unacknowledged
from wallboard.ui.wall.kiosk_screen import UNTITLED
from wallboard.ui.wall.layout import COMPACT, LARGE, NORMAL
from wallboard.ui.wall.rows import Scene, painter_of
from wallboard.ui.widgets.alarm_mark import is_inverted, mark_of

DARK, MONO = load("dark"), load("mono")
SIGNED = [one for one in EVERY if one is not PENDING]
SHAPES = [
    (COMPACT, 40, 1), (COMPACT, 80, 1), (COMPACT, 160, 1), (NORMAL, 26, 4), (NORMAL, 38, 2),
    (NORMAL, 40, 5), (NORMAL, 60, 8), (LARGE, 39, 6),
    (LARGE, 40, 7), (LARGE, 60, 10), (LARGE, 100, 20),
]  # fmt: skip


def drawn(shape, one, theme=DARK, now=NOW):
    density, width, height = shape
    status = snapshot_with([one]).entry_points[one.key.entry_point]
    painter = painter_of(density, theme, width, height)
    mark = mark_of(one, now, theme.glyphs)
    strips = painter.paint(status, NOW, selected=False, alarm=mark)
    assert {cell_len(strip.text) for strip in strips} == {width}
    return "\n".join(strip.text for strip in strips)


@pytest.mark.parametrize("signs", [UNICODE, CONSOLE, ASCII], ids=lambda signs: signs.name)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_state_has_its_sign_in_every_density(shape, signs):
    for one in SIGNED:
        theme = replace(MONO, glyphs=signs)
        text, sign = drawn(shape, one, theme), signs.alarm[one.state]
        quiet = drawn(shape, replace(PENDING, key=one.key), theme)
        assert text.count(sign) > quiet.count(sign), text


@pytest.mark.parametrize(
    ("one", "shape", "says"),
    [
        (ACKED, (NORMAL, 26, 4), "anna"),
        (ACKED, (NORMAL, 50, 4), "by anna: restarting it"),
        (ACKED, (COMPACT, 80, 1), "by anna"),
        (RETURNED, (NORMAL, 26, 4), "was DOWN"),
        (RETURNED, (NORMAL, 60, 8), "was SERVICE DOWN {onset}–{over}, nobody looked"),
        (SHELVED, (NORMAL, 40, 4), "by ben until {until}"),
        (SHELVED, (NORMAL, 70, 8), "by ben until {until}: moving to the new cluster"),
        (replace(NEW, chattering=True), (NORMAL, 40, 4), "chattering"),
        (alarm(1003, AlarmState.UNACKNOWLEDGED, raised=90_000.0), (NORMAL, 40, 4), "over 24h"),
    ],
)
def test_a_tile_says_who_has_it_until_when_or_what_it_was(one, shape, says):
    from wallboard.report.words.alarms import minute

    until = one.shelf.until if one.shelf else NOW
    times = {"onset": one.onset, "over": one.over_at or NOW, "until": until}
    assert says.format(**{name: minute(at, NOW) for name, at in times.items()}) in drawn(shape, one)


HOSTILE = "\x1b[2J\u202eevil\r\n" + "x" * 300


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_nothing_that_somebody_typed_steers_the_terminal(shape):
    handling = replace(ANNA, who=HOSTILE, why=HOSTILE)
    for one in (replace(ACKED, acknowledgement=handling), replace(SHELVED, shelf=handling)):
        text = drawn(shape, one).replace("\n", "")
        assert not {unicodedata.category(char) for char in text} & STEERING


def keys_of(snapshot, **state):
    return [key for one in arrange(snapshot, Arrangement(**state), parse("")) for key in one.keys]


@pytest.mark.parametrize("sort", ["worst", "name", "wait"])
@pytest.mark.parametrize("descending", [False, True])
def test_unacknowledged_ones_are_first_then_acknowledged_ones_in_any_order(sort, descending):
    snapshot = snapshot_with(EVERY)
    first = keys_of(snapshot, sort=sort, descending=descending)[:3]
    assert first == [one.key for one in (NEW, ACKED, RETURNED)]
    rest = keys_of(snapshot, sort=sort, descending=descending)[3:]
    plain = keys_of(replace(snapshot, alarms={}), sort=sort, descending=descending)
    assert rest == [key for key in plain if key not in first]


def test_handled_ones_can_be_hidden_and_what_has_returned_is_a_fault():
    snapshot = snapshot_with(EVERY)
    left_out = {1002, 1006, 1008}
    shown = {key.id for key in keys_of(snapshot, handled_hidden=True)}
    assert shown == {key.id for key in snapshot.entry_points} - left_out
    assert RETURNED.key in keys_of(snapshot, faults_only=True)


def of_server(state, **about):
    return alarm(None, state, verdict=Verdict.UNREACHABLE, **about)


SERVER_NEW = of_server(AlarmState.UNACKNOWLEDGED)
SERVER_ACKED = of_server(AlarmState.ACKNOWLEDGED, acknowledgement=ANNA)
SERVER_SHELVED = of_server(AlarmState.SHELVED, shelf=SHELVED.shelf)


@pytest.mark.parametrize("sort", ["worst", "name"])
def test_entry_points_stand_where_the_alarm_of_their_server_would(sort):
    covered, (acked, new, returned) = {1000, 1009}, (x.key.id for x in (ACKED, NEW, RETURNED))

    def first(server, count):
        alarms = (*EVERY, *COVERED, *([server] if server else ()))
        return [key.id for key in keys_of(snapshot_with(alarms), sort=sort)[:count]]

    assert set(first(SERVER_NEW, 3)) == {new, *covered}
    assert first(SERVER_NEW, 5)[3:] == [acked, returned]
    assert first(SERVER_ACKED, 1) == [new]
    assert set(first(SERVER_ACKED, 4)[1:]) == {acked, *covered}
    for last in (SERVER_SHELVED, None):
        assert first(last, 3) == [new, acked, returned]
        assert covered.isdisjoint(first(last, 3))


def test_a_shelved_entry_point_stands_for_itself_and_what_a_plan_explains_is_last():
    shelved = replace(COVERED[0], shelf=SHELVED.shelf)
    planned = alarm(1009, AlarmState.SUPPRESSED, suppressed_by="maintenance: new certificates")
    snapshot = snapshot_with([SERVER_NEW, ACKED, shelved, planned])
    assert keys_of(snapshot)[0] == ACKED.key
    assert unacknowledged(snapshot) == ()


def test_what_the_unacknowledged_alarm_of_a_server_stands_for_is_not_hidden():
    def hidden(server, **state):
        snapshot = snapshot_with([server, SUPPRESSED, *COVERED])
        return {key.id for key in snapshot.entry_points} - {
            key.id for key in keys_of(snapshot, **state)
        }

    assert hidden(SERVER_NEW, handled_hidden=True) == {SUPPRESSED.key.id}
    assert hidden(SERVER_ACKED, handled_hidden=True) == {SUPPRESSED.key.id, 1000, 1009}
    assert 1000 not in hidden(SERVER_NEW, faults_only=True)
    assert 1000 in hidden(SERVER_ACKED, faults_only=True)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("alarm:unacknowledged", {1003}),
        ("alarm:ack", {1002}),
        ("alarm:returned,shelved", {1012, 1006}),
        ("alarm:handled", {1002, 1006, 1008}),
        ("alarm:pending", {1011}),
        ("!alarm:normal", {1002, 1003, 1006, 1008, 1011, 1012}),
        ("alarm:old", set()),
    ],
)
def test_a_filter_asks_for_alarms(text, ids):
    sections = arrange(snapshot_with(EVERY), Arrangement(), parse(text))
    assert {key.id for section in sections for key in section.keys} == ids


def test_a_state_that_does_not_exist_is_told_with_the_nearest():
    assert "did you mean" in parse("alarm:acknowleged").problem


async def test_the_header_counts_alarms_in_words_or_signs_and_a_hidden_one_too():
    app = with_alarms(wall(made_board(14)), EVERY)
    async with app.run_test(size=(140, 24)) as pilot:
        await settled(pilot)
        assert "1 new · 1 returned · 1 acked · 1 shelved" in part(app, BoardHeader)
        await pilot.press("u")
        await settled(pilot)
        assert "1 acked" in part(app, BoardHeader)
        assert "handled hidden" in text_on(app)
        assert "11 of 14" in text_on(app)
        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        assert "●1 ↺1 ✓1 ◷1" in part(app, BoardHeader)
        await pilot.resize_terminal(40, 24)
        await settled(pilot)
        assert "CRIT 4   ●1 ↺1 ✓1 ◷1" in part(app, BoardHeader)
        await pilot.press("escape")
        await settled(pilot)
        assert "handled hidden" not in text_on(app)


def seconds_inverted(one, *, kiosk, step=0.05):
    moments = [one.raised_at + n * step for n in range(int(15 / step))]
    return [is_inverted(one, at, kiosk=kiosk) for at in moments]


def test_a_new_one_blinks_once_on_a_wall_and_for_ten_seconds_in_a_kiosk():
    new = alarm(1003, AlarmState.UNACKNOWLEDGED, raised=0.0)
    on_wall, in_kiosk = (seconds_inverted(new, kiosk=kiosk) for kiosk in (False, True))
    starts = [sum(a < b for a, b in zip([False, *x], x, strict=False)) for x in (on_wall, in_kiosk)]
    assert starts[0] == 1
    assert 5 <= starts[1] <= 3 * 10
    assert not any(in_kiosk[int(10 / 0.05) :])
    acked = replace(new, acknowledgement=ANNA)
    assert not any(seconds_inverted(acked, kiosk=True))


async def test_a_kiosk_shows_what_returned_and_hides_nothing_unacknowledged():
    one = replace(RETURNED, key=RETURNED.key._replace(id=1000))
    app = with_alarms(wall(made_board(1), kiosk=True), [one])
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "nobody looked" in text_on(app)
    app = with_alarms(wall(made_board(40), kiosk=True, clock=Clock()), EVERY)
    app.state = Arrangement(filter="Sales", handled_hidden=True)
    async with app.run_test(size=(160, 60)) as pilot:
        await settled(pilot)
        assert "1003" in text_on(app)


async def test_a_kiosk_shows_what_the_unacknowledged_alarm_of_a_server_stands_for():
    app = with_alarms(wall(made_board(40), kiosk=True, clock=Clock()), [SERVER_NEW, *COVERED])
    app.state = Arrangement(filter="Support")
    async with app.run_test(size=(160, 60)) as pilot:
        await settled(pilot)
        assert {"1000", "1009"} <= set(text_on(app).split())
        with_alarms(app, [SERVER_ACKED, *COVERED])
        await settled(pilot)
        assert {"1000", "1009"}.isdisjoint(text_on(app).split())


@pytest.mark.parametrize("blinking", ["once", "kiosk"])
def test_what_the_alarm_of_a_server_stands_for_blinks_with_it(blinking):
    new = of_server(AlarmState.UNACKNOWLEDGED, raised=1.0)
    snapshot = snapshot_with([new, *COVERED])

    def mark(number, at):
        scene = Scene(replace(snapshot, at=at), (), UNTITLED, None, blinking=blinking)
        return scene.alarm(EntryPointKey("prod", number), UNICODE)

    sign = UNICODE.alarm[AlarmState.SUPPRESSED]
    assert (mark(1000, NOW).sign, mark(1000, NOW).inverted) == (sign, True)
    assert not mark(1000, NOW + 15).inverted
    assert not mark(1001, NOW).inverted
