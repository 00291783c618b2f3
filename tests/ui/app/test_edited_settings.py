"""An edited setting that nobody takes up while the board runs is found here."""

import time
from dataclasses import fields

from walls import until

from wallboard.channel_settings import ChannelsSettings, CommandSettings
from wallboard.config.state_folder import BoardId
from wallboard.domain.ledger_row import AlarmKey
from wallboard.feeds import Role
from wallboard.feeds.shared import SharedFeed
from wallboard.frozen import frozen
from wallboard.settings import AlarmSettings, EntryPointSettings, ServerSettings, Settings
from wallboard.ui.app.app import WallboardApp


@frozen(kw_only=True)
class Noted(Settings):
    """Settings that note what is read of them, with one that nobody knows."""

    unknown: bool = False

    def __getattribute__(self, name: str) -> object:
        NOTED.add(name)
        return object.__getattribute__(self, name)  # slots make it another class


@frozen(kw_only=True)
class NotedAlarm(AlarmSettings):
    """The same for the settings of alarms."""

    unknown: bool = False

    def __getattribute__(self, name: str) -> object:
        NOTED_OF_ALARMS.add(name)
        return object.__getattribute__(self, name)


CHANNELS = ChannelsSettings(command=(CommandSettings(name="hook", argv=("true",)),))
NOTED: set[str] = set()
NOTED_OF_ALARMS: set[str] = set()


async def test_every_setting_of_an_edit_is_taken_up(tmp_path):
    settings = {
        "record": str(tmp_path / "wall.db"),
        "channel": CHANNELS,
        "server": (
            ServerSettings(
                name="prod",
                url="http://127.0.0.1:9",
                entry_point=(EntryPointSettings(id=1000),),
            ),
        ),
    }
    begun = Settings(**settings)
    app = WallboardApp(begun, lambda polled: SharedFeed(polled, BoardId("a board"), environ={}))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.live.status.role is Role.RECORDS)
        edited = Noted(**settings)
        NOTED.clear()
        app.live.take_up(edited)
        app.tick()
        await pilot.press("v")
        await until(pilot, lambda: "notice" in NOTED)
        app.live.take_up(Noted(**settings, kiosk=True))
        await pilot.pause()
        app.tick()
        await pilot.pause()
    assert {field.name for field in fields(Noted)} - NOTED == {"unknown"}


async def test_every_setting_of_alarms_is_taken_up(tmp_path):
    point = EntryPointSettings(id=1000)
    server = ServerSettings(name="prod", url="http://127.0.0.1:9", entry_point=(point,))
    settings = {"record": str(tmp_path / "wall.db"), "server": (server,), "channel": CHANNELS}
    app = WallboardApp(
        Settings(**settings), lambda polled: SharedFeed(polled, BoardId("a board"), environ={})
    )
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.live.status.role is Role.RECORDS)
        edited = Settings(**settings, alarm=NotedAlarm())
        NOTED_OF_ALARMS.clear()
        app.live.take_up(edited)
        app.tick()
        assert app.live.alarms.shelve([AlarmKey("prod")], time.time() + 600, "a test") is None
        every = {field.name for field in fields(NotedAlarm)}
        await until(pilot, lambda: every - NOTED_OF_ALARMS == {"unknown"})
