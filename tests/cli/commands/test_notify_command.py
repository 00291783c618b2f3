"""``wallboard notify``: a test through a channel, what was sent, and what would have been."""

import json
import re
import shlex
from pathlib import Path

import pytest
from far_side import far_side
from waiting import until

__all__ = ["far_side"]

DOWN = '[[fault]]\nkind = "service_not_running"\nentry_points = [1000]\nuntil = 600\n'


@pytest.fixture
def config(tmp_path):
    def written(channel, *, url="http://127.0.0.1:9", ids=(1000, 1001, 1002), notice="ops"):
        points = "".join(f"[[server.entry_point]]\nid = {id_}\n" for id_ in ids)
        path = tmp_path / "wallboard.toml"
        path.write_text(
            f'interval = 0.5\nrecord = "wall.db"\n'
            f"[alarm]\nraise_for = 0.5\nclear_for = 0.5\ngroup_wait = 0.5\n{channel}"
            f'[[notice]]\nchannel = "{notice}"\n[[server]]\nname = "prod"\nurl = "{url}"\n{points}'
        )

    return written


def webhook(far):
    return f'[[channel.webhook]]\nname = "ops"\nurl = "{far.url}"\n'


async def test_a_test_is_real_and_marked_as_one(far_side, config, wallboard):
    far = await far_side()
    config(webhook(far))
    ended = await wallboard("notify", "test", "ops")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out == "raise: accepted\nover: accepted\n"
    first, second = far.requests
    assert first.json["test"] is True
    assert first.json["title"] == "TEST CRITICAL 1000 (prod): SERVICE DOWN"
    assert first.json["text"].startswith("This is a test of the channel. Nothing is wrong.")
    assert first.json["thread"] == second.json["thread"]


async def test_what_a_far_side_refuses_is_said(far_side, config, wallboard):
    far = await far_side((403, b"wrong token", {}))
    config(webhook(far))
    ended = await wallboard("notify", "test", "ops")
    assert ended.status == 69
    assert "not delivered: 127.0.0.1:" in ended.err
    assert "answered 403 Forbidden: wrong token" in ended.err


async def test_a_heart_beats_once(far_side, config, wallboard):
    far = await far_side((200, b"", {}))
    beat = f'[[channel.heartbeat]]\nname = "alive"\nurl = "{far.url}"\n'
    config(webhook(far) + beat)
    ended = await wallboard("notify", "test", "alive")
    assert (ended.status, ended.out) == (0, "beat: accepted\n")
    assert [one.method for one in far.requests] == ["GET"]


async def test_a_channel_that_is_none_is_told_with_the_nearest(far_side, config, wallboard):
    config(webhook(await far_side()))
    ended = await wallboard("notify", "test", "opps")
    assert ended.status == 64
    assert 'no such channel; did you mean "ops"?' in ended.err


async def test_a_channel_that_cannot_be_used_is_named(config, wallboard):
    config('[[channel.apprise]]\nname = "ops"\nurl = "nonsense://x"\n')
    ended = await wallboard("notify", "test", "ops")
    assert ended.status == 78
    assert 'channel "ops": url is not one that Apprise knows' in ended.err


async def test_what_was_sent_is_listed_and_what_would_have_been_agrees(
    simulated, far_side, config, start, wallboard
):
    simulator, far = await simulated(DOWN), await far_side()
    config(webhook(far), url=simulator.url)
    process = await start("record")
    await until(lambda: far.requests)
    simulator.speed = 1_000.0  # the outage is over at once
    await until(lambda: len(far.requests) == 2)
    process.terminate()
    await process.wait()
    listed = await wallboard("notify", "list", "--format", "json")
    notices = json.loads(listed.out)["notices"]
    assert [(one["phase"], one["outcome"], one["answer"]) for one in notices] == [
        ("raise", "sent", "accepted"),
        ("over", "sent", "accepted"),
    ]
    assert [one["id"] for one in notices] == [
        one.headers["Idempotency-Key"] for one in far.requests
    ]
    assert notices[0]["alarms"] == [{"server": "prod", "id": 1000, "name": "1000"}]
    text = (await wallboard("notify", "list")).out.splitlines()
    assert text[0].split()[:2] == ["UTC", "LOCAL"]
    assert "1000 (prod)" in text[1]
    dry = await wallboard("notify", "dry-run", "--since", "1h", "--format", "json")
    assert [
        (one["phase"], one["channel"], one["alarms"][0]["id"])
        for one in json.loads(dry.out)["notices"]
    ] == [("raise", "ops", 1000), ("over", "ops", 1000)]


async def test_without_notices_there_is_nothing_to_try(config, wallboard, tmp_path):
    (tmp_path / "wallboard.toml").write_text(
        '[[server]]\nname = "prod"\nurl = "http://127.0.0.1:9"\n[[server.entry_point]]\nid = 1\n'
    )
    ended = await wallboard("notify", "dry-run")
    assert ended.status == 78
    assert "no [[notice]]" in ended.err


GUIDE = (Path(__file__).parents[3] / "docs" / "alarms.md").read_text()
TO_A_PHONE = GUIDE.partition("### A page on a phone")[2].partition("\n### ")[0]


def commands_of(guide, *, until):
    lines = re.findall(r"(?m)^    wallboard (.*)$", guide.partition(until)[0])
    return [shlex.split(line, comments=True) for line in lines]


async def test_the_guide_leads_from_nothing_to_a_page_on_a_phone(
    far_side, simulated, wallboard, tmp_path
):
    """Word by word, but for the addresses; the phone is what takes the place of ntfy's server."""
    simulator = await simulated(entry_points=12)
    far = await far_side((200, b'{"event": "message"}', {}))
    phone = far.url.replace("http://", "ntfy://").replace("/take", "/wallboard-7f3c91")
    (block,) = re.findall(r"(?ms)^```toml\n(.*?)^```", TO_A_PHONE)
    simulate, *commands = commands_of(TO_A_PHONE, until="    wallboard record ")
    assert simulate == ["simulate"]
    for words in commands:
        here = [word.replace("http://127.0.0.1:8080", simulator.url) for word in words]
        ended = await wallboard(*here, PHONE_URL=phone)
        assert ended.status == 0, (words, ended)
        if words[:2] == ["config", "init"]:
            with (tmp_path / "wallboard.toml").open("a") as file:
                file.write(block)
    (page,) = far.requests
    assert page.json["topic"] == "wallboard-7f3c91"
    assert page.json["title"].startswith("TEST CRITICAL")
