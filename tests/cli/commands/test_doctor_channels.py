"""``wallboard doctor`` asks the channels of notices without sending anything."""

import json

import pytest
from far_side import far_side

__all__ = ["far_side"]


@pytest.fixture
def config(tmp_path):
    def written(simulator, channels):
        path = tmp_path / "wallboard.toml"
        path.write_text(
            f'record = false\n{channels}[[server]]\nname = "prod"\nurl = "{simulator.url}"\n'
            "[[server.entry_point]]\nid = 1000\n"
        )

    return written


async def asked(wallboard):
    ended = await wallboard("doctor", "--format", "json")
    machine = json.loads(ended.out)["machine"]
    return next((one for one in machine if one["step"] == "channels"), None), ended


async def test_each_is_asked_and_nothing_is_sent(simulated, far_side, config, wallboard):
    far, simulator = await far_side(), await simulated()
    config(
        simulator,
        f'[[channel.webhook]]\nname = "ops"\nurl = "{far.url}"\n'
        f'[[channel.syslog]]\nname = "siem"\nhost = "127.0.0.1"\n'
        f'[[channel.command]]\nname = "hook"\nargv = ["true"]\n',
    )
    found, _ = await asked(wallboard)
    assert found["level"] == "ok"
    assert f'"ops" (webhook): {far.url[7:].removesuffix("/take")} answers.' in found["message"]
    assert '"siem" (syslog): cannot be asked; try `wallboard notify test siem`.' in found["message"]
    assert "\"hook\" (command): 'true' is there." in found["message"]
    assert far.requests == []


async def test_what_cannot_be_reached_is_named(simulated, config, wallboard):
    config(
        await simulated(),
        '[[channel.webhook]]\nname = "ops"\nurl = "http://127.0.0.1:9/secret-token-1"\n'
        '[[channel.email]]\nname = "mail"\nhost = "127.0.0.1"\nport = 9\n'
        'sender = "a@example.com"\nto = ["b@example.com"]\n'
        '[[channel.command]]\nname = "hook"\nargv = ["/no/such/program"]\n',
    )
    found, ended = await asked(wallboard)
    assert found["level"] == "warning"
    assert '"ops" (webhook): 127.0.0.1:9: Connection refused.' in found["message"]
    assert '"mail" (email): 127.0.0.1:9: Connection refused.' in found["message"]
    assert "'/no/such/program' is no program that can be run" in found["message"]
    assert "secret-token-1" not in ended.out
    assert ended.status == 1


async def test_without_channels_there_is_nothing_to_ask(simulated, config, wallboard):
    config(await simulated(), "")
    assert (await asked(wallboard))[0] is None
