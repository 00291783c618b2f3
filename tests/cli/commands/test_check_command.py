import json

CALM = "[queue]\nload = 0.1\nagents = 9\n"


async def test_a_check_without_a_config_prints_a_table_and_exits_with_the_worst_level(
    wallboard, simulated
):
    simulator = await simulated(CALM + '[[fault]]\nkind = "inactive"\nentry_points = 1001\n')
    ended = await wallboard("check", "--url", simulator.url, "1000-1002")
    assert ended.status == 1
    assert ended.err == ""
    assert ended.out.splitlines()[1].split()[:3] == ["warning", "INACTIVE", "1001"]
    assert ended.out.splitlines()[-1] == "3 entry points: 1 warning, 2 ok"
    assert simulator.requests.count == 15


async def test_a_check_as_json_is_one_document(wallboard, simulated):
    simulator = await simulated(CALM)
    ended = await wallboard("check", "--format", "json", "--url", simulator.url, "1000", "1002")
    assert ended.status == 0
    report = json.loads(ended.out)
    assert [one["id"] for one in report["entry_points"]] == [1000, 1002]
    assert {one["verdict"] for one in report["entry_points"]} == {"open"}


async def test_a_check_reads_the_config_of_its_folder(wallboard, simulated, tmp_path):
    simulator = await simulated(CALM)
    (tmp_path / "wallboard.toml").write_text(
        f'[[server]]\nname = "prod"\nurl = "{simulator.url}"\n'
        '[[server.entry_point]]\nid = 1001\nname = "Sales"\n'
    )
    ended = await wallboard("check")
    assert ended.status == 0
    assert "Sales" in ended.out


async def test_a_dead_host_with_a_thousand_entry_points_ends_quickly_as_critical(
    wallboard, simulated
):
    simulator = await simulated(CALM)
    url = simulator.url
    await simulator.stop()
    ended = await wallboard("check", "--url", url, "1000-1999")
    assert ended.status == 2
    assert ended.out.count("unreachable:") == 1
    assert "1000 entry points: 1000 critical" in ended.out


async def test_headers_of_the_command_line_are_sent_and_never_shown(wallboard, simulated):
    simulator = await simulated(CALM)
    secret = "hunter2-secret"
    ended = await wallboard(
        "check", "--format", "json", "--header", f"X-egain-session: {secret}",
        "--url", simulator.url, "1000",
    )  # fmt: skip
    assert ended.status == 0
    assert secret not in ended.out + ended.err


async def test_a_certificate_that_cannot_be_read_is_a_config_error(wallboard, tmp_path):
    (tmp_path / "broken.pem").write_text("this is no certificate")
    (tmp_path / "wallboard.toml").write_text(
        '[[server]]\nname = "prod"\nurl = "https://127.0.0.1:1"\nca_file = "broken.pem"\n'
        "[[server.entry_point]]\nid = 1\n"
    )
    ended = await wallboard("check")
    assert ended.status == 78
    assert "Traceback" not in ended.err
    assert "broken.pem" in ended.err


async def test_a_round_longer_than_three_intervals_does_not_make_its_answers_stale(
    wallboard, simulated, tmp_path
):
    simulator = await simulated(CALM + '[[fault]]\nkind = "latency"\nms = 400\n')
    (tmp_path / "wallboard.toml").write_text(
        f'interval = 1\n[[server]]\nname = "prod"\nurl = "{simulator.url}"\nconcurrency = 1\n'
        + "".join(f"[[server.entry_point]]\nid = {number}\n" for number in range(1000, 1003))
    )
    ended = await wallboard("check", "--format", "json")
    assert (ended.status, ended.err) == (0, "")
    found = json.loads(ended.out)["entry_points"]
    assert [(one["level"], one["stale"]) for one in found] == [("ok", False)] * 3


async def test_a_check_goes_by_calendar_and_maintenance(wallboard, simulated, tmp_path):
    simulator = await simulated(CALM + '[[fault]]\nkind = "inactive"\nentry_points = 1001\n')
    config = (
        f'[[server]]\nname = "prod"\nurl = "{simulator.url}"\n'
        "[[server.entry_point]]\nid = 1000\n[[server.entry_point]]\nid = 1001\n"
        '[[calendar]]\nname = "shut"\nzone = "UTC"\ndefault = true\nweek.mon = []\n'
    )
    (tmp_path / "wallboard.toml").write_text(config)
    ended = await wallboard("check")
    assert ended.status == 1
    first, second = ended.out.splitlines()[1:3]
    assert "warning" in first
    assert "open outside hours" in first
    assert second.split()[:3] == ["ok", "INACTIVE", "1001"]
    assert second.endswith("closed as scheduled")
    (tmp_path / "wallboard.toml").write_text(
        config + '[[maintenance]]\nics = "none.ics"\n'
        '[[maintenance]]\nreason = "upgrade"\nstart = 2026-01-01T00:00:00Z\n'
        "until = 2999-01-01T00:00:00Z\n"
    )
    ended = await wallboard("check", "--format", "nagios")
    assert ended.status == 0
    assert "Cannot read none.ics of maintenance: No such file or directory" in ended.err
