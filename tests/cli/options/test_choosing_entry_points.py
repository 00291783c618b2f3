"""Which entry points of a config a command line names."""

import json

import pytest

CALM = "[queue]\nload = 0.1\nagents = 9\n"


@pytest.fixture
async def config(simulated, tmp_path):
    simulator = await simulated(CALM, entry_points=6)
    points = "".join(
        f'[[server.entry_point]]\nid = {number}\ngroup = "{group}"\n'
        for number, group in zip(range(1000, 1006), ["EMEA", "EMEA", "AMER"] * 2, strict=True)
    )
    (tmp_path / "wallboard.toml").write_text(
        f'[[server]]\nname = "prod"\nurl = "{simulator.url}"\n{points}'
    )
    return simulator


async def test_ids_and_groups_choose_from_the_config_and_nothing_else_is_polled(wallboard, config):
    ended = await wallboard("check", "--format", "json", "--group", "EMEA", "1001-1004")
    assert ended.err == ""
    report = json.loads(ended.out)
    assert [one["id"] for one in report["entry_points"]] == [1001, 1003, 1004]
    assert config.requests.count == 15


async def test_the_board_shows_the_chosen_part_of_the_config(wallboard, config):
    ended = await wallboard("1002", "--server", "prod", "--frames", "1", "--no-record")
    assert ended.status == 0
    assert "1002" in ended.out
    assert "1003" not in ended.out


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["check", "1006"], "no entry point 1006; the nearest is 1005"),
        (["1006"], "no entry point 1006; the nearest is 1005"),
        (["check", "--group", "EMAE"], 'did you mean "EMEA"?'),
        (["check", "--server", "prod", "--server", "lab"], 'unknown server "lab"'),
        (["check", "--url", "http://h", "1", "--group", "EMEA"], "need a config"),
        (["chek"], "Unknown command 'chek'; did you mean check?"),
        (["1000", "check"], "Put the command first: wallboard check"),
    ],
)
async def test_what_the_config_does_not_have_is_a_usage_error(wallboard, config, args, said):
    ended = await wallboard(*args)
    assert ended.status == 64
    assert ended.out == ""
    assert said in ended.err
    assert config.requests.count == 0


LARGEST, BEYOND = str(2**63 - 1), str(2**63)


@pytest.mark.parametrize("word", [BEYOND, "9" * 5000, f"1-{BEYOND}"])
@pytest.mark.parametrize(
    "command",
    [["check", "--url", "http://127.0.0.1:9"], ["raw", "capacity"], ["discover", "--ids"]],
    ids=" ".join,
)
async def test_an_id_beyond_the_range_is_a_usage_error(wallboard, config, command, word):
    ended = await wallboard(*command, word)
    assert (ended.status, ended.out) == (64, "")
    assert f"ids go up to {LARGEST}" in ended.err or "not an id" in ended.err


async def test_the_largest_id_can_be_set_named_and_polled_and_one_more_cannot(
    wallboard, config, tmp_path
):
    path = tmp_path / "wallboard.toml"
    path.write_text(path.read_text().replace("id = 1000", f"id = {LARGEST}"))
    ended = await wallboard("check", "--format", "json", LARGEST)
    assert [one["id"] for one in json.loads(ended.out)["entry_points"]] == [int(LARGEST)]
    path.write_text(path.read_text().replace(LARGEST, BEYOND))
    ended = await wallboard("config", "check")
    assert ended.status == 78
    assert f"must be a whole number from 0 to {LARGEST}" in ended.err + ended.out
