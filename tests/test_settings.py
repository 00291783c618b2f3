import click
import pytest

from wallboard.cli.options.board_options import _header
from wallboard.config.checks import _headers
from wallboard.domain.alarm import AlarmRules
from wallboard.domain.endpoint import Contact, Endpoint, EntryPointKey
from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.policy import DEFAULT_LEVELS, ButtonPolicy, Level, Policy, Thresholds, Verdict
from wallboard.ece.ask.outgoing import ClientSetupError, headers_of
from wallboard.inheritance import alarm_rules_of, contacts_of_servers, entry_points_of
from wallboard.setting_types import Secret
from wallboard.settings import (
    AlarmRuleSettings,
    AlarmSettings,
    EntryPointSettings,
    GroupSettings,
    Overrides,
    ServerSettings,
    Settings,
    ThresholdSettings,
    strongest,
)


def board(*, settings=None, group=None, server=None, entry=None):
    """The settings of a board of one entry point with these overrides on each floor."""
    settings, group, server, entry = (part or {} for part in (settings, group, server, entry))
    return Settings(
        **settings,
        group=(GroupSettings(name="EMEA", **group),),
        server=(
            ServerSettings(
                name="prod",
                url="http://h",
                **server,
                entry_point=(EntryPointSettings(id=1000, group="EMEA", **entry),),
            ),
        ),
    )


def one(**floors):
    """The one entry point of such a board, and its policy."""
    ((entry_point, policy),) = entry_points_of(board(**floors))
    return entry_point, policy


def test_what_nobody_sets_is_the_default_policy():
    assert one()[1] == Policy()


def test_an_entry_point_without_a_name_is_called_by_its_id():
    assert one()[0].name == "1000"
    assert one(entry={"name": "Sales"})[0].name == "Sales"


def test_an_entry_point_is_known_by_its_server_and_id_and_has_the_endpoints_of_its_server():
    entry_point, _ = one(server={"endpoints": (Endpoint.CAPACITY,)})
    assert entry_point.key == EntryPointKey("prod", 1000)
    assert entry_point.endpoints == (Endpoint.CAPACITY,)
    assert entry_point.group == "EMEA"


FLOORS = ("settings", "server", "group", "entry")


@pytest.mark.parametrize("strongest", range(4))
def test_the_nearest_floor_that_sets_a_thing_wins(strongest):
    rules = (Endpoint.CAPACITY, Endpoint.AGENT_AVAILABILITY, Endpoint.CHECK_ELIGIBILITY)
    floors = {
        name: {
            "thresholds": ThresholdSettings(wait_warning=float(number)),
            "levels": {Verdict.OTHER: Level(number)},
            "button_rule": (*rules, Endpoint.LIVE_SESSION_STATUS)[number],
            "button_max_wait": float(number),
            "button_max_queue": number,
        }
        for number, name in enumerate(FLOORS[: strongest + 1])
    }
    _, policy = one(**floors)
    assert policy.thresholds == Thresholds(wait_warning=float(strongest))
    assert policy.levels == {**DEFAULT_LEVELS, Verdict.OTHER: Level(strongest)}
    assert policy.button == ButtonPolicy(
        (*rules, Endpoint.LIVE_SESSION_STATUS)[strongest], float(strongest), strongest
    )


def alarm(floor, number):
    """A floor with the rules of an alarm, all of them a number."""
    kind = AlarmSettings if floor == "settings" else AlarmRuleSettings
    return {
        "alarm": kind(
            level=Level(number),
            raise_for=float(number),
            clear_for=float(number),
            ack_expires=float(number),
            flap_changes=number,
            flap_within=float(number),
        )
    }


@pytest.mark.parametrize("strongest", range(4))
def test_the_nearest_floor_that_sets_a_rule_of_an_alarm_wins(strongest):
    floors = {name: alarm(name, number) for number, name in enumerate(FLOORS[: strongest + 1])}
    rules = alarm_rules_of(board(**floors))
    numbers = AlarmRules(Level(strongest), *[strongest] * 5)
    of_server = min(strongest, FLOORS.index("server"))
    assert list(rules) == [AlarmKey("prod"), AlarmKey("prod", 1000)]
    assert rules[AlarmKey("prod", 1000)] == numbers
    assert rules[AlarmKey("prod")] == AlarmRules(Level(of_server), *[of_server] * 5)


def test_rules_that_nobody_sets_are_the_defaults_and_different_floors_add_up():
    assert set(alarm_rules_of(board()).values()) == {AlarmRules()}
    rules = alarm_rules_of(
        board(
            settings={"alarm": AlarmSettings(flood=3, raise_for=0.0)},
            group={"alarm": AlarmRuleSettings(level=Level.WARNING)},
            entry={"alarm": AlarmRuleSettings(flap_changes=9)},
        )
    )
    assert rules[AlarmKey("prod", 1000)] == AlarmRules(Level.WARNING, 0.0, flap_changes=9)
    assert rules[AlarmKey("prod")] == AlarmRules(raise_for=0.0)


def test_a_contact_is_inherited_part_by_part_and_an_empty_one_takes_it_away():
    floors = {
        "settings": {"runbook": "https://wiki/", "owner": "NOC"},
        "server": {"owner": "platform", "phone": "1"},
        "group": {"phone": "2"},
        "entry": {"runbook": ""},
    }
    assert one()[0].contact == Contact()
    assert one(**floors)[0].contact == Contact("", "platform", "2")
    assert contacts_of_servers(board(**floors)) == {
        "prod": Contact("https://wiki/", "platform", "1")
    }


def test_floors_that_set_different_things_add_up():
    _, policy = one(
        settings={"thresholds": ThresholdSettings(wait_warning=1.0)},
        server={"thresholds": ThresholdSettings(wait_critical=2.0)},
        group={"thresholds": ThresholdSettings(queue_warning=3)},
        entry={"thresholds": ThresholdSettings(capacity_warning=4)},
    )
    assert policy.thresholds == Thresholds(1.0, 2.0, 3, 25, 4)


def test_false_switches_a_threshold_off_and_a_nearer_floor_switches_it_on_again():
    off = ThresholdSettings(wait_warning=False, capacity_warning=False)
    _, policy = one(
        settings={"thresholds": off}, entry={"thresholds": ThresholdSettings(wait_warning=5.0)}
    )
    assert policy.thresholds == Thresholds(wait_warning=5.0, capacity_warning=None)


def test_zero_is_a_figure_and_not_off():
    zero = ThresholdSettings(wait_warning=0.0, queue_warning=0)
    _, policy = one(settings={"thresholds": zero}, entry={"button_max_wait": 0.0})
    assert (policy.thresholds.wait_warning, policy.thresholds.queue_warning) == (0, 0)
    assert policy.button.max_wait == 0


def test_a_server_may_have_its_own_pace():
    settings = Settings(interval=10, timeout=5, concurrency=8)
    plain = ServerSettings(name="a", url="http://a")
    own = ServerSettings(name="b", url="http://b", interval=30, timeout=9, concurrency=2)
    assert settings.interval_of(plain) == 10
    assert (settings.timeout_of(plain), settings.concurrency_of(plain)) == (5, 8)
    assert settings.interval_of(own) == 30
    assert (settings.timeout_of(own), settings.concurrency_of(own)) == (9, 2)
    assert one(server={"interval": 30.0})[1].stale_after == 90


def test_entry_points_come_in_the_order_of_the_config():
    points = tuple(EntryPointSettings(id=number) for number in (3, 1, 2))
    servers = tuple(
        ServerSettings(name=name, url="http://h", entry_point=points) for name in ("b", "a")
    )
    keys = [point.key for point, _ in entry_points_of(Settings(server=servers))]
    assert keys == [("b", 3), ("b", 1), ("b", 2), ("a", 3), ("a", 1), ("a", 2)]


def test_a_secret_is_not_in_any_text_of_it():
    secret = Secret("hunter2")
    assert "hunter2" not in f"{secret} {secret!r} {[secret]}"
    assert secret.value == "hunter2"


def test_the_strongest_table_that_sets_something_wins_and_off_is_set():
    top = Settings(thresholds=ThresholdSettings(wait_warning=1.0, queue_warning=2))
    server = Overrides(thresholds=ThresholdSettings(queue_warning=False))
    entry = Overrides(levels={Verdict.OTHER: Level.OK})
    tables = [top, server, entry]
    assert strongest(tables, "thresholds", "wait_warning") == (0, 1.0)
    assert strongest(tables, "thresholds", "queue_warning") == (1, False)
    assert strongest(tables, "levels", Verdict.OTHER) == (2, Level.OK)
    assert strongest(tables, "thresholds", "capacity_warning") == (-1, None)


@pytest.mark.parametrize(
    ("name", "value", "good"),
    [
        ("X-Key", "a\tb ~", True),
        ("X Key", "a", False),
        ("X@Key", "a", False),
        ("é", "a", False),
        ("", "a", False),
        ("X-Key", "a\r\nHost: b", False),
        ("X-Key", "é", False),
        ("X-Key", "\x7f", False),
    ],
)
def test_a_header_is_checked_by_one_rule(name, value, good):
    server = ServerSettings(name="prod", url="http://h", headers={name: Secret(value)})
    assert (not list(_headers(server, ()))) is good
    if good:
        assert name in headers_of(server).sent
        assert _header(f"{name}: {value}") == (name, Secret(value))
    else:
        with pytest.raises(ClientSetupError):
            headers_of(server)
        with pytest.raises(click.BadParameter):
            _header(f"{name}:{value}" if name else f":{value}")
