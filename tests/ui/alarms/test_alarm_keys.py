"""The keys of alarms: what they ask, what they do, and what they say where they make no sense."""

from alarmed import alarmed_wall, goes_on, outage_goes_on, state_of, types
from recorder.shift import recorded_shift
from rewinds import recorded_wall
from walls import help_groups, part, settled, text_on, until

from wallboard.domain.alarm import AlarmState
from wallboard.domain.endpoint import EntryPointKey
from wallboard.ui.alarms.alarms_screen import AlarmsScreen
from wallboard.ui.alarms.ask_screen import AskScreen
from wallboard.ui.drilldown.drilldown_screen import DrillDownScreen
from wallboard.ui.screen.banner import Passing
from wallboard.ui.screen.confirm_screen import ConfirmScreen
from wallboard.ui.screen.header import BoardHeader

UNACKNOWLEDGED, ACKNOWLEDGED = AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED
SHELVED, RETURNED, PENDING = AlarmState.SHELVED, AlarmState.RETURNED, AlarmState.PENDING
WIDE = (140, 40)


def select(app, number):
    app.screen.select_entry_point(EntryPointKey("prod", number))


async def test_acknowledging_needs_a_reason_and_offers_the_last_ones():
    app = alarmed_wall()
    async with app.run_test(size=WIDE) as pilot:
        await goes_on(pilot, 50, down=(1000, 1010))
        assert state_of(app, 1000) is state_of(app, 1010) is UNACKNOWLEDGED
        select(app, 1000)
        await types(pilot, "a")
        assert "Acknowledge Sales (1000)" in text_on(app)
        await types(pilot, "enter")
        assert isinstance(app.screen, AskScreen)
        assert "Say why" in text_on(app)
        await types(pilot, "=restarting it", "enter")
        assert state_of(app, 1000) is ACKNOWLEDGED
        assert "Acknowledged Sales (1000)." in part(app, Passing)
        assert "restarting it" in text_on(app)
        assert "1 acked" in part(app, BoardHeader)
        select(app, 1010)
        await types(pilot, "a", "down")
        assert "▶ restarting it" in text_on(app)
        await types(pilot, "enter")
        assert state_of(app, 1010) is ACKNOWLEDGED
        await types(pilot, "a", "escape")
        assert not isinstance(app.screen, AskScreen)


async def test_all_that_the_filter_shows_are_acknowledged_at_once_after_saying_how_many():
    app = alarmed_wall()
    async with app.run_test(size=WIDE) as pilot:
        await goes_on(pilot, 50, down=(1000, 1009, 1010))
        await types(pilot, "slash", "=sales", "enter", "A")
        assert "Acknowledge 2 alarms that are shown" in text_on(app)
        await types(pilot, "=known", "enter")
        assert state_of(app, 1000) is state_of(app, 1009) is ACKNOWLEDGED
        assert state_of(app, 1010) is UNACKNOWLEDGED


async def test_an_alarm_is_shelved_until_a_time_and_taken_off_the_shelf_again():
    app = alarmed_wall()
    async with app.run_test(size=WIDE) as pilot:
        await goes_on(pilot, 50, down=(1000,))
        select(app, 1000)
        await types(pilot, "w")
        assert "Covers 1 alarm, which stands now." in text_on(app)
        await types(pilot, "=lunch", "enter")
        assert "not a time" in text_on(app)
        await types(pilot, "down", "down", "enter")
        await types(pilot, "=moving", "enter")
        shelf = app.live.snapshot().alarms[("prod", 1000)].shelf
        assert state_of(app, 1000) is SHELVED
        assert shelf.until == app.clock.now + 3600
        assert shelf.why == "moving"
        await types(pilot, "w")
        assert isinstance(app.screen, ConfirmScreen)
        assert "moving" in text_on(app)
        await types(pilot, "y")
        assert state_of(app, 1000) is not SHELVED


async def test_a_section_is_shelved_as_a_whole_but_never_the_whole_board():
    app = alarmed_wall()
    async with app.run_test(size=WIDE) as pilot:
        await types(pilot, "w", "=2d", "enter", "=too long", "enter")
        assert "24 hours at most" in part(app, Passing)
        await types(pilot, "o", "home", "up", "w")
        assert "Shelve 5 alarms" in text_on(app)
        await types(pilot, "=15m", "enter", "=work", "enter")
        assert "5 shelved" in part(app, BoardHeader)


async def test_a_note_is_on_the_timeline_and_in_the_bundle():
    app = alarmed_wall()
    async with app.run_test(size=WIDE) as pilot:
        await goes_on(pilot, 50, down=(1000,))
        select(app, 1000)
        await types(pilot, "i", "=asked the vendor", "enter")
        await types(pilot, "enter", "3")
        assert isinstance(app.screen, DrillDownScreen)
        assert "unacknowledged, raised" in text_on(app)
        assert ": asked the vendor" in text_on(app)
        assert "alarm raised: SERVICE DOWN" in text_on(app)
        await types(pilot, "a", "=mine", "enter")
        assert ": mine" in text_on(app)
        from wallboard.ui.screen.copies import bundle_copy

        copy = bundle_copy(app.screen.evidence(), app.settings, app.live.snapshot())
        assert "asked the vendor" in copy.text
        assert "- alarm: acknowledged by " in copy.text


async def test_what_makes_no_sense_is_answered_with_the_reason():
    app = alarmed_wall()
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        select(app, 1000)
        await types(pilot, "a")
        assert "Nothing to acknowledge: Sales (1000) has no alarm." in part(app, Passing)
        await goes_on(pilot, 20, down=(1000,))
        await types(pilot, "a")
        assert "alarm pending 10s of 30s" in part(app, Passing)
        await goes_on(pilot, 30, down=(1000,))
        await types(pilot, "a", "=mine", "enter", "a")
        assert ": mine" in part(app, Passing)
        await types(pilot, "slash", "=nothing like this", "enter", "a")
        assert "Select an entry point first." in part(app, Passing)


async def test_the_alarm_of_a_server_stands_for_those_of_its_entry_points():
    app = alarmed_wall(owner="Anna", phone="4711")
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        await outage_goes_on(pilot, 40)
        assert state_of(app, None) is UNACKNOWLEDGED
        select(app, 1000)
        await types(pilot, "a")
        assert "Acknowledge server prod" in text_on(app)
        assert "It stands for 14" in text_on(app)
        await types(pilot, "=calling", "enter")
        assert state_of(app, None) is ACKNOWLEDGED
        assert "calling" in text_on(app)
        await types(pilot, "x", "exclamation_mark", "home")
        assert "owner Anna · phone 4711" in text_on(app)


async def test_what_is_over_before_anybody_looked_stays_until_it_is_acknowledged():
    app = alarmed_wall()
    async with app.run_test(size=WIDE) as pilot:
        await goes_on(pilot, 50, down=(1000,))
        await goes_on(pilot, 80, open=(1000,))
        assert state_of(app, 1000) is RETURNED
        assert "was SERVICE DOWN" in text_on(app)
        select(app, 1000)
        await types(pilot, "a")
        assert "It is over already" in text_on(app)
        await types(pilot, "=seen", "enter")
        assert state_of(app, 1000) is AlarmState.NORMAL
        assert "was SERVICE DOWN" not in text_on(app)


async def test_the_list_has_every_alarm_and_the_keys_act_on_the_selected_one():
    app = alarmed_wall()
    async with app.run_test(size=WIDE) as pilot:
        await goes_on(pilot, 50, down=(1000, 1010))
        await types(pilot, "exclamation_mark")
        assert isinstance(app.screen, AlarmsScreen)
        listed = [alarm.key.id for alarm in app.screen.list.rows]
        assert {1000, 1010} <= set(listed)
        await types(pilot, "a", "=mine", "enter")
        first = listed[0]
        assert state_of(app, first) is ACKNOWLEDGED
        assert app.screen.list.rows[0].key.id != first
        await types(pilot, "u")
        assert first not in [alarm.key.id for alarm in app.screen.list.rows]
        await types(pilot, "escape", "slash", "=alarm:ack", "enter")
        assert [alarm.key.id for alarm in app.screen.list.rows] == [first]
        await types(pilot, "enter")
        assert isinstance(app.screen, DrillDownScreen)
        assert app.screen.key.id == first


async def test_a_kiosk_has_none_of_the_keys_that_act():
    app = alarmed_wall(kiosk=True)
    async with app.run_test(size=WIDE) as pilot:
        await goes_on(pilot, 50, down=(1000,))
        for key in ("a", "A", "w", "i"):
            await types(pilot, key)
            assert not isinstance(app.screen, AskScreen)
        words = {words for group in help_groups(app) for _, words in group.lines}
        assert not words & {"Acknowledge", "Shelve", "Note"}


async def test_a_replay_is_read_only(tmp_path):
    app = recorded_wall(recorded_shift(tmp_path / "shift.db"))
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        await pilot.press("less_than_sign")
        await until(pilot, lambda: app.view().replay_position is not None)
        for key in ("a", "w", "i"):
            await types(pilot, key)
            assert "A replay is read-only." in part(app, Passing)


async def test_who_has_an_incident_is_told_with_it_in_the_events():
    app = alarmed_wall()
    async with app.run_test(size=WIDE) as pilot:
        await goes_on(pilot, 50, down=(1000,))
        select(app, 1000)
        await types(pilot, "a", "=on it", "enter", "e", "home")
        assert " ack " in text_on(app)
        await types(pilot, "x")
        assert "acknowledged by " in text_on(app)
        assert ": on it" in text_on(app)
