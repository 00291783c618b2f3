"""``wallboard config check``, ``show`` and ``schema`` as their users start them."""

import json
import tomllib

import jsonschema
import pytest

from wallboard.config.effective import HIDDEN

GOOD = """\
interval = 20
[[server]]
name = "prod"
url = "https://ece.example.com"
[server.headers]
X-egain-session = { env = "ECE_SESSION" }
[[server.entry_point]]
id = 1000
group = "EMEA"
[server.entry_point.thresholds]
wait_warning = 30
[[server.entry_point]]
id = 1001
"""


@pytest.fixture
def written(tmp_path):
    def write(text, mode=0o600):
        path = tmp_path / "wallboard.toml"
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        return path

    return write


async def test_a_good_config_is_said_to_be_good(wallboard, written):
    path = written(GOOD)
    ended = await wallboard("config", "check", ECE_SESSION="x")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out == f"{path}: OK\n"


async def test_every_error_is_said_with_file_table_key_and_what_to_do(wallboard, written):
    path = written(GOOD + "nam = 3\n[keys]\nfliter = 'x'\n")
    ended = await wallboard("config", "check")
    assert ended.status == 78
    assert ended.out.splitlines() == [
        f'error: {path}: [[server]] "prod" > [[server.entry_point]] 2 (id 1001): nam: unknown key; '
        'did you mean "name"?',
        f'error: {path}: [[server]] "prod" > [server.headers]: X-egain-session: the environment '
        "variable ECE_SESSION is not set or empty; set it first",
    ]
    assert ended.err == "2 errors: invalid config\n"


async def test_keys_that_the_board_would_refuse_are_errors(wallboard, written):
    written(GOOD + "[keys]\nfliter = 'x'\n")
    ended = await wallboard("config", "check", ECE_SESSION="x")
    assert ended.status == 78
    assert '[keys]: fliter: there is no such action; did you mean "filter"?' in ended.out


async def test_what_is_hardly_meant_is_a_warning_and_no_error(wallboard, written):
    text = """\
theme = "drakula"
[[server]]
name = "a"
url = "http://ece.example.com"
verify = false
endpoints = ["capacity"]
[server.headers]
X-egain-session = "secret"
[server.thresholds]
wait_warning = 5
[[server.entry_point]]
id = 1000
group = "EMEA"
[[server.entry_point]]
id = 1001
group = "Emea"
[[server]]
name = "b"
url = "http://ece.example.com/"
[[server.entry_point]]
id = 1000
"""
    written(text, mode=0o644)
    ended = await wallboard("config", "check", "--format", "json")
    assert ended.status == 0
    document = json.loads(ended.out)
    assert document["usable"] is True
    assert [(w["table"], w["key"]) for w in document["warnings"]] == [
        ("", ""),
        ('[[server]] "a"', "endpoints"),
        ('[[server]] "a" > [server.thresholds]', "wait_warning"),
        ('[[server]] "a"', "headers"),
        ('[[server]] "a"', "verify"),
        ('[[server]] "a"', "endpoints"),
        ('[[server]] "b"', "url"),
        ('[[server]] "a" > [[server.entry_point]] 2 (id 1001)', "group"),
        ("", "theme"),
    ]
    messages = " ".join(warning["message"] for warning in document["warnings"])
    assert "chmod 600 wallboard.toml" in messages
    assert 'did you mean "dracula"?' in messages
    assert "secret" not in messages.replace("contains secrets", "")


async def test_a_usual_config_has_no_warnings(wallboard, written):
    written(GOOD, mode=0o644)
    ended = await wallboard("config", "check", "--format", "json", ECE_SESSION="x")
    assert json.loads(ended.out) == {
        "config": str(written(GOOD)),
        "usable": True,
        "errors": [],
        "warnings": [],
    }


@pytest.mark.parametrize("args", [["none.toml"], ["--config", "none.toml"]])
async def test_a_file_that_is_not_there_is_an_error_in_every_format(wallboard, args):
    ended = await wallboard("config", "check", *args)
    assert ended.status == 78
    assert "no such file" in ended.out
    ended = await wallboard("config", "check", *args, "--format", "json")
    assert ended.status == 78
    (error,) = json.loads(ended.out)["errors"]
    assert error["file"].endswith("none.toml")


async def test_without_any_config_it_is_said_how_to_write_one(wallboard):
    ended = await wallboard("config", "check")
    assert (ended.status, ended.out) == (78, "")
    assert "wallboard config init" in ended.err


async def test_what_holds_is_shown_with_where_it_came_from(wallboard, written):
    path = written(GOOD)
    ended = await wallboard("config", "show", "--theme", "nord", ECE_SESSION="its value")
    assert ended.status == 0
    lines = [line.split() for line in ended.out.splitlines()]
    assert lines[0] == ["Config:", str(path)]
    assert ["interval", "20", "wallboard.toml:1"] in lines
    assert ["timeout", "5", "default"] in lines
    assert ["theme", '"nord"', "--theme"] in lines
    assert ["entry", "point", "1000", "group", '"EMEA"', "wallboard.toml:8"] in lines
    assert "its value" not in ended.out


async def test_an_entry_point_is_shown_with_all_that_it_is_judged_by(wallboard, written):
    written(GOOD)
    ended = await wallboard("config", "show", "1000", "--interval", "3", ECE_SESSION="x")
    lines = [line.split() for line in ended.out.splitlines()]
    assert ["wait_warning", "30", "wallboard.toml:11"] in lines
    assert ["wait_critical", "300", "default"] in lines
    assert ["interval", "3", "--interval"] in lines
    assert ["agent_not_available", '"critical"', "default"] in lines
    assert "1001" not in ended.out


async def test_it_is_shown_for_programs(wallboard, written):
    path = written(GOOD.replace('{ env = "ECE_SESSION" }', '"abc"'))
    ended = await wallboard("config", "show", "1000", "--format", "json")
    document = json.loads(ended.out)
    assert document["config"] == str(path)
    tables = {(table["table"], table["name"]): table["settings"] for table in document["tables"]}
    assert tables["server.entry_point.thresholds", "prod:1000"]["wait_warning"] == {
        "value": 30.0,
        "from": "file",
        "inherited_from": None,
        "line": 11,
        "option": None,
    }
    assert tables["server.headers", "prod"]["X-egain-session"]["value"] == HIDDEN


async def test_as_toml_it_is_a_config_again(wallboard, written, tmp_path):
    written(GOOD)
    ended = await wallboard("config", "show", "--format", "toml", ECE_SESSION="x")
    (tmp_path / "again.toml").write_text(ended.out, encoding="utf-8")
    assert tomllib.loads(ended.out)["interval"] == 20
    again = await wallboard("config", "check", "again.toml", ECE_SESSION="x")
    assert again.status == 0, again.out


async def test_without_a_config_an_address_is_shown_with_the_options_it_came_by(wallboard):
    ended = await wallboard(
        "config", "show", "--url", "http://h", "7", "--no-verify", "--header", "A: hidden"
    )
    lines = [line.split() for line in ended.out.splitlines()]
    assert ["url", '"http://h"', "--url"] in lines
    assert ["verify", "false", "--no-verify"] in lines
    assert ["A", f'"{HIDDEN}"', "--header"] in lines
    assert "hidden" not in ended.out


async def test_the_schema_is_printed_and_the_config_is_valid_by_it(wallboard, written):
    ended = await wallboard("config", "schema")
    schema = json.loads(ended.out)
    jsonschema.validate(tomllib.loads(GOOD), schema, jsonschema.Draft4Validator)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"intervall": 3}, schema, jsonschema.Draft4Validator)
