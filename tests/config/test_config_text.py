"""New entry points in configs of every kind, without losing anything that stands there."""

import tomllib
from pathlib import Path

import pytest
import tomli_w

from wallboard.config import settings_from
from wallboard.config.config_text import NotAddableError, added, addition_to
from wallboard.setting_types import Secret
from wallboard.settings import ServerSettings

PROD = ServerSettings(name="prod", url="https://ece.example.com")
TWO = '[[server]]\nname = "lab"\nurl = "https://lab.example.com"\n[[server.entry_point]]\nid = 1\n'
COMMENTED = """\
# Ours.
title = "Böard"   # ours too

[[server]]
name = "prod"     # the big one
url = "https://ece.example.com"

[[server.entry_point]]
id = 1000
name = "Sales"  # never rename
"""


def after(text, ids, server=PROD):
    """The text with the ids, which must be what is there and no more and usable."""
    document = tomllib.loads(text)
    new = added(text, document, addition_to(document, server, ids))
    settings_from(tomllib.loads(new), {}, file="x", folder=Path())
    return new


def ids_in(text, server=-1):
    return [entry["id"] for entry in tomllib.loads(text)["server"][server]["entry_point"]]


def test_a_new_file_has_the_server_and_says_to_name_its_entry_points():
    text = after("", [1001, 1000])
    assert text.startswith('[[server]]\nname = "prod"\nurl = "https://ece.example.com"\n')
    assert "# Found by `wallboard discover`, and named by id." in text
    assert tomllib.loads(text)["server"][0]["entry_point"] == [
        {"id": 1000, "name": "1000"},
        {"id": 1001, "name": "1001"},
    ]
    assert not text.endswith("\n\n")


def test_comments_and_layout_stay_as_they_are():
    text = after(COMMENTED, [1000, 1001])
    assert text.startswith(COMMENTED)
    assert ids_in(text) == [1000, 1001]


def test_ids_that_are_there_are_not_new():
    document = tomllib.loads(COMMENTED)
    assert addition_to(document, PROD, [1000]).ids == ()


@pytest.mark.parametrize(
    "url",
    [
        "https://ece.example.com/",
        "https://ECE.example.com/system/egain/chat/entrypoint",
        "https://ece.example.com/system/egain/chat/entrypoint/",
    ],
)
def test_a_server_is_known_by_its_address_however_it_is_written(url):
    document = tomllib.loads(COMMENTED)
    addition = addition_to(document, ServerSettings(name="other", url=url), [1000, 1001])
    assert (addition.index, addition.ids) == (0, (1001,))


@pytest.mark.parametrize("url", ["https://ece.example.com/webchat", "http://ece.example.com"])
def test_another_path_or_scheme_is_another_server_with_a_name_of_its_own(url):
    text = after(COMMENTED, [1000], ServerSettings(name="prod", url=url))
    assert text.startswith(COMMENTED)
    assert [server["name"] for server in tomllib.loads(text)["server"]] == ["prod", "prod 2"]


def test_an_id_that_another_table_of_the_same_server_has_is_not_new():
    text = COMMENTED + '[[server]]\nname = "more"\nurl = "https://ece.example.com"\n'
    addition = addition_to(tomllib.loads(text), PROD, [1000, 1001])
    assert (addition.index, addition.ids) == (0, (1001,))


def test_windows_line_ends_stay_windows_line_ends():
    text = after(COMMENTED.replace("\n", "\r\n"), [1001])
    assert text.startswith(COMMENTED.replace("\n", "\r\n"))
    assert text.count("\n") == text.count("\r\n")


def test_a_last_line_without_an_end_gets_one():
    text = after(COMMENTED.rstrip("\n"), [1001])
    assert text.startswith(COMMENTED)
    assert ids_in(text) == [1000, 1001]


def test_tables_behind_the_last_server_do_no_harm():
    text = after(COMMENTED + "\n[thresholds]\nwait_warning = 30  # ours\n", [1001])
    assert ids_in(text) == [1000, 1001]
    assert tomllib.loads(text)["thresholds"] == {"wait_warning": 30}


def test_headers_of_the_last_server_and_of_its_last_entry_point_stay_theirs():
    more = '[server.entry_point.thresholds]\nwait_warning = 5\n[server.headers]\nX = "1"\n'
    before = tomllib.loads(COMMENTED + more)
    text = after(COMMENTED + more, [1001])
    document = tomllib.loads(text)
    assert document["server"][0]["entry_point"].pop() == {"id": 1001, "name": "1001"}
    assert document == before


@pytest.mark.parametrize(
    "comment", ["", "\n# The lab.\n", "# The lab.\n\n", '\n# "[[server]]"\n#\n']
)
def test_a_server_before_others_keeps_its_entry_points_together_and_they_their_comments(comment):
    text = after(COMMENTED + comment + TWO, [1001, 1002])
    assert text.startswith(COMMENTED)
    assert text.endswith("\n" + comment + TWO)
    assert (ids_in(text, 0), ids_in(text, 1)) == ([1000, 1001, 1002], [1])


def test_a_text_of_several_lines_is_no_table_and_no_comment():
    odd = COMMENTED.replace('"Sales"  #', '"""\n[[server]]\u2028\n# x\n""" #')
    document = tomllib.loads(odd + TWO)
    text = added(odd + TWO, document, addition_to(document, PROD, [1001]))
    assert text.startswith(odd)
    assert text.endswith(TWO)


@pytest.mark.parametrize(
    "text",
    [
        '# ours\nserver = [{ name = "lab", url = "http://x", entry_point = [{ id = 1 }] }]\n',
        '[[server]]\nname = "prod" # ours\nurl = "https://ece.example.com"\n'
        "entry_point = [{ id = 1 }]\n",
    ],
)
def test_lists_in_one_line_are_refused_where_a_comment_would_be_lost(text):
    document = tomllib.loads(text)
    with pytest.raises(NotAddableError, match="inline lists"):
        added(text, document, addition_to(document, PROD, [1001]))


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_the_writer_itself_wrote_is_written_anew(newline):
    document = {
        "server": [
            {"name": "prod", "url": "https://ece.example.com", "entry_point": [{"id": 1}]},
            {"name": "lab", "url": "https://lab.example.com", "entry_point": [{"id": 1}]},
        ]
    }
    text = after(tomli_w.dumps(document).replace("\n", newline), [2])
    assert ids_in(text, 0) == [1, 2]
    assert text.count(newline) == text.count("\n")


@pytest.mark.parametrize("name", ['\x9b31m"]', 'a\\b"c\nd', "\u202eevil", "]] # [[server]]"])
def test_a_hostile_name_is_a_name_and_nothing_else(name):
    document = tomllib.loads(COMMENTED)
    server = ServerSettings(name=name, url="https://evil.example.com")
    text = added(COMMENTED, document, addition_to(document, server, [1]))
    assert tomllib.loads(text)["server"][1]["name"] == name


def test_odd_tables_of_somebody_else_are_left_alone():
    text = 'server = ["x", { url = 5, entry_point = 3 }]\n'
    document = tomllib.loads(text)
    with pytest.raises(NotAddableError):
        added(text, document, addition_to(document, PROD, [1]))


def test_how_a_new_server_is_reached_is_written_as_far_as_it_is_no_secret():
    server = ServerSettings(
        name="prod",
        url="https://ece.example.com",
        verify=False,
        headers={"X-egain-session": Secret("hush")},
        proxy=Secret("http://me:hush@proxy"),
        paths={"chatAllowed": "odd"},
    )
    text = after("", [1], server)
    assert tomllib.loads(text)["server"][0]["verify"] is False
    assert "hush" not in text
    assert "X-egain-session" in text
    assert "[server.paths]" in text
    assert "`proxy`" in text
