"""Boards with alarms in every state, for pictures and tests of what is shown of them."""

from dataclasses import replace
from types import MappingProxyType

from boards import NOW, REFUSED, made_board, observed
from walls import Clock, settled, wall

from wallboard.domain.alarm import Alarm, AlarmState, Condition, Handling, Truth
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.observation import ServerStatus
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.reading import ChatAllowed
from wallboard.settings import EntryPointSettings, ServerSettings

ANNA = Handling(NOW - 540, "anna@jump1", "restarting it", NOW + 8 * 3600)
SHELF = Handling(NOW - 900, "ben@jump1", "moving to the new cluster", NOW + 3600)


def alarm(
    number,
    state,
    *,
    verdict=Verdict.SERVICE_NOT_RUNNING,
    raised=600.0,
    suppressed_by="",
    **about,
):
    """An alarm of entry point ``number``, raised so many seconds ago; of a server for ``None``."""
    true = state is not AlarmState.RETURNED
    condition = Condition(
        NOW - raised - 30,
        Truth.TRUE if true else Truth.FALSE,
        Level.CRITICAL,
        verdict,
        suppressed_by=suppressed_by,
    )
    raised_at = None if state in {AlarmState.PENDING, AlarmState.SUPPRESSED} else NOW - raised
    found = Alarm(
        key=AlarmKey("prod", number),
        at=NOW,
        condition=condition,
        since=NOW - raised - 30,
        holds=true,
        began=NOW - raised - 30,
        held=20.0,
        onset=None if raised_at is None else raised_at - 30,
        raised_at=raised_at,
        over_at=None if true else NOW - 60,
        level=Level.CRITICAL,
        verdict=verdict,
        **about,
    )
    assert found.state is state
    return found


NEW = alarm(1003, AlarmState.UNACKNOWLEDGED)
ACKED = alarm(1002, AlarmState.ACKNOWLEDGED, verdict=Verdict.AGENT_NOT_AVAILABLE,
              acknowledgement=ANNA)  # fmt: skip
RETURNED = alarm(1012, AlarmState.RETURNED, raised=1920.0)
SHELVED = alarm(1006, AlarmState.SHELVED, verdict=Verdict.OTHER, shelf=SHELF)
SUPPRESSED = alarm(1008, AlarmState.SUPPRESSED, verdict=Verdict.UNREACHABLE, suppressed_by="prod")
COVERED = tuple(
    alarm(number, AlarmState.SUPPRESSED, verdict=Verdict.UNREACHABLE, suppressed_by="server prod")
    for number in (1000, 1009)
)
"""Those of entry points for which the alarm of their server stands."""
PENDING = alarm(1011, AlarmState.PENDING)
EVERY = (NEW, ACKED, RETURNED, SHELVED, SUPPRESSED, PENDING)


def with_alarms(app, alarms):
    """The app, whose board has these alarms from now on."""
    plain = type(app.live).snapshot
    app.live.snapshot = lambda: replace(plain(app.live), alarms=by_key(alarms))
    return app


def snapshot_with(alarms, *, count=14, at=NOW):
    """A snapshot of a board with these alarms."""
    return replace(made_board(count).snapshot(at), alarms=by_key(alarms))


def by_key(alarms):
    """These alarms by whose they are."""
    return MappingProxyType({one.key: one for one in alarms})


def alarmed_wall(count=14, *, density="normal", **settings):
    """An app whose config has the entry points of its board, so that there are alarms."""
    board = made_board(count)
    points = tuple(
        EntryPointSettings(id=key.id, name=status.entry_point.name, group=status.entry_point.group)
        for key, status in board.snapshot(NOW).entry_points.items()
    )
    server = ServerSettings(name="prod", url="http://ece.example.com", entry_point=points)
    return wall(board, clock=Clock(), density=density, server=(server,), **settings)


async def goes_on(pilot, seconds, *, down=(), open=()):  # noqa: A002  the word of the verdict
    """Time goes on while these are asked every ten seconds and say that they are down, or open."""
    app = pilot.app
    for _ in range(seconds // 10):
        app.clock.now += 10
        for number in (*down, *open):
            reason = None if number in open else "service_not_running"
            outcome = ChatAllowed(number in open, reason)
            key = EntryPointKey("prod", number)
            app.live.fold(observed(key, Endpoint.CHAT_ALLOWED, outcome, app.clock.now))
        await settled(pilot)


async def outage_goes_on(pilot, seconds):
    """Time goes on while the server cannot be reached."""
    app = pilot.app
    since = app.clock.now
    for _ in range(seconds // 10 + 1):
        status = ServerStatus("prod", app.clock.now, REFUSED, since=since)
        app.live.fold(status)
        await settled(pilot)
        app.clock.now += 10


async def types(pilot, *keys: str):
    """Press keys, and type texts that begin with ``=``."""
    for key in keys:
        for one in key[1:] if key.startswith("=") else (key,):
            await pilot.press("space" if one == " " else one)
        await settled(pilot)


def state_of(app, number):
    """The state of the alarm of an entry point, or of the server for ``None``."""
    alarm = app.live.snapshot().alarms.get(AlarmKey("prod", number))
    return alarm.state if alarm else AlarmState.NORMAL
