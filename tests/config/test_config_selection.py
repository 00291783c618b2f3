import pytest

from wallboard.config import ConfigError
from wallboard.config.selection import Selection, named_keys, selected
from wallboard.inheritance import entry_points_of
from wallboard.settings import EntryPointSettings, ServerSettings, Settings


def server(name, *entries: tuple[int, str]):
    return ServerSettings(
        name=name,
        url="http://127.0.0.1:1",
        entry_point=tuple(EntryPointSettings(id=number, group=group) for number, group in entries),
    )


CONFIG = Settings(
    server=(
        server("prod", (1000, "EMEA"), (1001, "EMEA"), (1005, "AMER"), (1010, "")),
        server("lab", (1000, "EMEA"), (7, "Trials")),
    )
)


def chosen(*ids: str, groups=(), servers=()):
    settings = selected(CONFIG, Selection(ids=ids, groups=groups, servers=servers))
    assert all(server.entry_point for server in settings.server)
    return [f"{one.key.server}:{one.key.id}" for one, _ in entry_points_of(settings)]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"ids": ()}, "prod:1000 prod:1001 prod:1005 prod:1010 lab:1000 lab:7"),
        ({"ids": ("1001",)}, "prod:1001"),
        ({"ids": ("1000",)}, "prod:1000 lab:1000"),
        ({"ids": ("lab:1000",)}, "lab:1000"),
        ({"ids": ("1001-1009",)}, "prod:1001 prod:1005"),
        ({"ids": ("prod:1000-1001", "7")}, "prod:1000 prod:1001 lab:7"),
        ({"ids": ("1010, 7",)}, "prod:1010 lab:7"),
        ({"groups": ("EMEA",)}, "prod:1000 prod:1001 lab:1000"),
        ({"groups": ("AMER", "Trials")}, "prod:1005 lab:7"),
        ({"servers": ("lab",)}, "lab:1000 lab:7"),
        ({"servers": ("lab",), "groups": ("EMEA",)}, "lab:1000"),
        ({"ids": ("1000-2000",), "groups": ("EMEA",), "servers": ("prod",)}, "prod:1000 prod:1001"),
        ({"ids": ("0-999999999999999",), "servers": ("prod", "lab"), "groups": ("AMER",)},
         "prod:1005"),
    ],
)  # fmt: skip
def test_every_part_must_hold_and_within_one_any_word_may(asked, expected):
    ids = asked.pop("ids", ())
    assert chosen(*ids, **asked) == expected.split()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"ids": ("1011",)}, "entry point id: no entry point 1011; the nearest is 1010"),
        ({"ids": ("1002-1004",)}, "no entry point 1002-1004; the nearest is 1001"),
        ({"ids": ("lab:1010",)}, "no entry point lab:1010; the nearest is 1000"),
        ({"ids": ("7",), "servers": ("prod",)}, "no entry point 7; the nearest is 1000"),
        ({"ids": ("lap:1000",)}, 'unknown server "lap"; did you mean "lab"?'),
        ({"ids": ("12x",)}, "neither a number nor a range"),
        ({"ids": ("9-1",)}, "is reversed"),
        ({"groups": ("EMAE",)}, '--group: unknown group "EMAE"; did you mean "EMEA"?'),
        ({"groups": ("AMER",), "servers": ("lab",)}, "known: EMEA, Trials"),
        ({"servers": ("prd",)}, '--server: unknown server "prd"; did you mean "prod"?'),
    ],
)
def test_what_names_nothing_is_refused_with_what_is_nearest_to_it(asked, said):
    with pytest.raises(ConfigError) as caught:
        chosen(*asked.pop("ids", ()), **asked)
    assert said in str(caught.value)


def test_everything_that_names_nothing_is_said_at_once_and_can_steer_no_terminal():
    with pytest.raises(ConfigError) as caught:
        chosen("2000", "3000", "\x1b[2J")
    assert len(caught.value.problems) == 3
    assert "\x1b" not in str(caught.value)


def test_where_there_is_nothing_nothing_is_nearest():
    with pytest.raises(ConfigError, match="no entry point 7; there are none"):
        named_keys(["7"], [])


def test_groups_are_refused_where_the_config_names_none():
    bare = Settings(server=(server("prod", (1, "")),))
    with pytest.raises(ConfigError, match="the config has none"):
        selected(bare, Selection(groups=("EMEA",)))
