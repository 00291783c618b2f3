"""What a sweep found, for people and for programs, and what would change in a config."""

import json

import pytest

from wallboard.domain.discovery import Discovery, Found, Presence
from wallboard.report.setup.discover import (
    config_diff,
    discovery_csv,
    discovery_json,
    discovery_text,
)

HOSTILE = "\x1b]52;c;aGk=\x07\x9b31m\u202e"


@pytest.fixture
def discovery():
    found = Discovery()
    found.add(Found(3, Presence.EXISTS, allowed=False, reason="agent_not_available"))
    found.add(Found(1, Presence.EXISTS, allowed=True, wait_seconds=72.4, queue_depth=3))
    found.add(Found(2, Presence.EXISTS, allowed=False))
    for number in range(10, 15):
        found.add(Found(number, Presence.UNCLEAR, words=f"chatAllowed: {HOSTILE}"))
    found.add(Found(20, Presence.MISSING))
    found.add(Found(21, Presence.MISSING, words="500 “Invalid entry point”"))
    return found


def test_the_table_is_in_the_order_of_the_ids(discovery):
    assert discovery_text(discovery, 12).splitlines() == [
        "ID  ALLOWED  REASON                WAIT  QUEUE",
        " 1  yes      -                    1m12s      3",
        " 2  no       no reason given          -      -",
        " 3  no       agent_not_available      -      -",
        "",
        "3 entry points found, 2 missing, 5 unclear; 10 of 12 ids probed",
        "1 of the missing answered 500 “Invalid entry point”.",
        "Unclear, so ask again or look at the server:",
        "  10-14: chatAllowed: �]52;c;aGk=��31m�",
    ]


def test_nothing_found_is_said_without_a_table():
    assert discovery_text(Discovery(), 1) == "0 entry points found, 0 missing; 0 of 1 id probed"


def test_a_thousand_kinds_of_trouble_do_not_fill_the_screen():
    found = Discovery()
    for number in range(0, 2000, 2):
        found.add(Found(number, Presence.UNCLEAR, words=f"kind {number % 1000}"))
    lines = discovery_text(found, 2000).splitlines()
    assert len(lines) == 23
    assert lines[-1] == "  and 480 more kinds of answer (all in --format json)"


def test_json_is_ascii_and_knows_what_is_not_known(discovery):
    text = discovery_json(discovery, server="prod", url="http://x", ids=[1, 2, 3], at=0.0)
    assert text.isascii()
    assert text.isprintable() is False  # for its line breaks
    document = json.loads(text)
    assert document["entry_points"][1] == {
        "id": 2,
        "chat_allowed": False,
        "reason": None,
        "wait_seconds": None,
        "queue_depth": None,
    }
    assert [one["id"] for one in document["unclear"]] == [10, 11, 12, 13, 14]


def test_csv_steers_neither_a_terminal_nor_a_spreadsheet(discovery):
    lines = discovery_csv(discovery, server="=1+1").split("\r\n")
    assert len(lines) == 10
    assert lines[1] == "'=1+1,1,exists,true,,72.4,3,"
    assert all(line.isprintable() for line in lines)


CONFIG = """\
[[server]]
name = "a"
proxy = "http://me:hush@proxy"
# proxy = "hush too"

[server.headers]
X-Key = "hush"
Multi = '''
hush
'''
[[server.entry_point]]
id = 1
"""


def test_a_diff_shows_what_is_new_and_no_secret():
    lines = config_diff(CONFIG, CONFIG + "[[server.entry_point]]\nid = 2\n", "x.toml")
    assert lines[:2] == ["--- x.toml", "+++ x.toml"]
    assert [line for line in lines[2:] if line[0] in "+-"] == ["+[[server.entry_point]]", "+id = 2"]
    whole = "\n".join(config_diff("", CONFIG, "x.toml"))
    assert "hush" not in whole
    assert "+[server.headers]" in whole
    assert "+X-Key = •••" in whole


def test_inline_headers_are_secret_too():
    text = '[[server]]\nname = "a"\nheaders = { X-Key = "hush" }\nurl = "http://x"\n'
    whole = "\n".join(config_diff("", text, "x.toml"))
    assert "hush" not in whole
    assert '+url = "http://x"' in whole


def test_nothing_in_a_config_steers_the_terminal():
    whole = config_diff("", '# \x9b31m \u202e\ttab\r\ntitle = "x"\r\n', "x\x1b.toml")
    assert all(line.isprintable() for line in whole)
