"""What a sweep keeps to be resumed."""

import json

import pytest

from wallboard.domain.discovery import Discovery, Found, Presence, ranges
from wallboard.feeds.discovery_resume import Unfinished
from wallboard.settings import ServerSettings

SERVER = ServerSettings(name="prod", url="http://ece.example.com")


@pytest.fixture
def environ(tmp_path):
    return {"WALLBOARD_STATE": str(tmp_path)}


@pytest.fixture
def discovery():
    found = Discovery()
    for number in (1, 2, 3, 7):
        found.add(Found(number, Presence.MISSING, words="500 “no”" if number == 7 else ""))
    found.add(Found(4, Presence.EXISTS, allowed=True, wait_seconds=1.5, queue_depth=2))
    found.add(Found(5, Presence.UNCLEAR, words="\x1b[2J"))
    return found


def test_what_was_kept_comes_back_the_same(environ, discovery):
    Unfinished(SERVER, [*range(9)], environ).save(discovery)
    assert Unfinished(SERVER, [*range(9)], environ).load() == discovery


def test_another_address_or_other_ids_are_another_sweep(environ, discovery):
    Unfinished(SERVER, [*range(9)], environ).save(discovery)
    other = ServerSettings(name="prod", url="http://other.example.com")
    assert Unfinished(other, [*range(9)], environ).load() is None
    assert Unfinished(SERVER, [*range(8)], environ).load() is None


def test_the_order_of_the_ids_and_the_way_the_address_is_written_do_not_matter(environ, discovery):
    Unfinished(SERVER, [7, 3, 1, 2, 5, 4], environ).save(discovery)
    same = ServerSettings(name="x", url="http://ece.example.com/system/egain/chat/entrypoint")
    assert Unfinished(same, [1, 2, 3, 4, 5, 7], environ).load() == discovery


def test_what_is_forgotten_is_gone(environ, discovery, tmp_path):
    unfinished = Unfinished(SERVER, [1], environ)
    unfinished.save(discovery)
    unfinished.forget()
    unfinished.forget()
    assert unfinished.load() is None
    assert list((tmp_path / "discoveries").iterdir()) == []


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b"null", b'{"sweep": 1}', b"\xff", b"[" * 100_000]
)
def test_a_file_that_cannot_be_read_counts_as_none(environ, discovery, tmp_path, text):
    unfinished = Unfinished(SERVER, [1], environ)
    unfinished.save(discovery)
    (file,) = (tmp_path / "discoveries").iterdir()
    file.write_bytes(text)
    assert unfinished.load() is None


FOUND = {"id": 4, "presence": "exists", "wait_seconds": 1.5, "words": ""}


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"missing": ["1-3", "99"]},
        {"missing": ["1-3", "1-3"]},
        {"missing": ["0-8"] * 1000},
        {"missing": ["1-9223372036854775807"]},
        {"missing": [1]},
        {"found": [FOUND | {"id": 99}]},
        {"found": [FOUND | {"id": -1}]},
        {"found": [FOUND | {"id": "4"}]},
        {"found": [FOUND | {"id": 4.5}]},
        {"found": [FOUND | {"id": True}]},
        {"found": [FOUND | {"presence": "perhaps"}]},
        {"found": [FOUND | {"wait_seconds": float("nan")}]},
        {"found": [FOUND | {"wait_seconds": float("inf")}]},
        {"found": [FOUND | {"wait_seconds": "long"}]},
        {"found": [FOUND | {"queue_depth": []}]},
        {"found": [FOUND | {"words": None}]},
        {"found": [FOUND, FOUND]},
        {"found": {"4": FOUND}},
        {"refusals": {"500": -1}},
        {"refusals": {"500": "many"}},
    ],
)
def test_what_no_sweep_of_these_ids_can_have_found_counts_as_none(
    environ, discovery, tmp_path, change
):
    unfinished = Unfinished(SERVER, [*range(9)], environ)
    unfinished.save(discovery)
    (file,) = (tmp_path / "discoveries").iterdir()
    kept = json.loads(file.read_text())
    file.write_text(json.dumps(kept | {"found": [FOUND]}))
    assert unfinished.load() is not None
    file.write_text(json.dumps(kept | change))
    assert unfinished.load() is None


@pytest.mark.parametrize(
    ("ids", "text"),
    [([], []), ([5], ["5"]), ([3, 1, 2], ["1-3"]), ([0, 2, 3, 9], ["0", "2-3", "9"])],
)
def test_ids_are_written_as_they_are_typed(ids, text):
    assert list(ranges(ids)) == text
