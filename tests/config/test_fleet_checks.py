"""What is refused in the settings of a member of a fleet, and what is warned of."""

import sys

import pytest
from test_config import WHOLE, load, told
from test_config_warnings import warned

from wallboard.config.fleet_checks import MOST_NAME, MOST_SERVERS
from wallboard.fleet_settings import FleetSettings, bus_urls

SEED = f"SU{'A' * 56}"
BUS = '[fleet]\nurl = "tls://bus.example.com:4222"\n'


def test_a_member_is_read_with_its_secrets_and_files(tmp_path):
    (tmp_path / "ca.pem").touch()
    (tmp_path / "seed").write_text(f"{SEED}\n")
    text = BUS + 'member = "jump1"\nlease = 5\nca_file = "ca.pem"\nnkey = { file = "seed" }\n'
    fleet = load(tmp_path, text + WHOLE).fleet
    assert (fleet.member, fleet.lease, fleet.collect) == ("jump1", 5.0, True)
    assert fleet.ca_file == str(tmp_path / "ca.pem")
    assert fleet.nkey.value == SEED
    assert SEED not in repr(fleet)


def test_several_servers_are_one_bus():
    fleet = FleetSettings(url="nats://10.0.0.5:4222, nats://[fe80::1%eth0]:4222")
    assert bus_urls(fleet) == ["nats://10.0.0.5:4222", "nats://[fe80::1%eth0]:4222"]
    assert bus_urls(FleetSettings()) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('url = "bus.example.com:4222"\n', "url: must start with nats:// or tls://"),
        ('url = "http://bus.example.com"\n', "url: must start with nats:// or tls://"),
        ('url = "nats:bus"\n', "url: must start with nats:// or tls://"),
        ('url = "nats://"\n', "url: must have a host"),
        ('url = "nats://bus:0"\n', "port 0 is not allowed"),
        ('url = "nats://bus:x"\n', "cannot read the host or the port"),
        ('url = "nats://bus/x"\n', "must end after the host and port"),
        ('url = "nats://a..b"\n', "the host has an empty part"),
        ('url = "nats://b us,nats://x"\n', "address 1: must not contain spaces"),
        ('url = "nats://a,"\n', "address 2: must start with nats:// or tls://"),
        ('url = "nats://a,tls://b"\n', "url: must be all tls:// or all nats://"),
        (f'url = "{",".join(["nats://a"] * (MOST_SERVERS + 1))}"\n', "at most 16 servers, not 17"),
        ('url = "nats://me:hunter2@bus"\n', "must not contain a user name or password"),
        ('user = "wall"\n', "password: is missing; a login needs user and password"),
        ('password = "hunter2"\n', "user: is missing; a login needs user and password"),
        ('nkey = "hunter2"\n', "nkey: must be the seed of a user"),
        (f'member = "{"x" * (MOST_NAME + 1)}"\n', "member: must have at most 64 characters"),
        ('vantage = " "\n', "vantage: must not be blank"),
        ('vantage = "Frankfurt am Main"\n', "vantage: must be lower-case letters and digits"),
        ('vantage = "main"\n', "vantage: must be lower-case letters and digits"),
        (f'vantage = "{"x" * 33}"\n', "vantage: must be lower-case letters and digits"),
        ('board = "a\\u001bb"\n', "board: must not contain control characters"),
        ('domain = "a.>"\n', "domain: must be letters, digits, - and _"),
        ("lease = 1\n", "lease: must be a number from 2 to 300, not 1"),
        ('ca_file = "none.pem"\n', "ca_file: no such file"),
        ('client_key = "seed"\n', "client_key: needs the certificate it belongs to"),
        ("colect = false\n", 'unknown key; did you mean "collect"?'),
        ("user = 3\n", 'user: must be a string, { env = "NAME" }'),
    ],
)
def test_what_makes_no_sense_is_named(tmp_path, text, words):
    (tmp_path / "seed").touch()
    header = "[fleet]\n" if "url" in text else BUS
    _, key, message = told(tmp_path, header + text + WHOLE)
    assert words in f"{key}: {message}"
    assert "hunter2" not in message


@pytest.mark.parametrize("package", ["nats", "msgspec", "nkeys"])
def test_a_fleet_without_its_packages_says_what_to_install(tmp_path, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    _, key, message = told(tmp_path, BUS + f'nkey = "{SEED}"\n' + WHOLE)
    assert (key, message) == ("url", 'needs the NATS client: pip install "wallboard[fleet]"')


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[fleet]\nmember = "jump1"\n', ": fleet: has no effect without url"),
        (BUS + "verify = false\n", "verify: the certificate of the bus is not verified"),
        ('[fleet]\nurl = "nats://10.0.0.5"\n', "url: polls are sent unencrypted"),
        (
            '[fleet]\nurl = "nats://10.0.0.5"\nuser = "w"\npassword = { env = "SECRET" }\n',
            "url: the password is sent unencrypted",
        ),
        (
            BUS + f'user = "w"\npassword = {{ env = "SECRET" }}\nnkey = "{SEED}"\n',
            "user: has no effect: the nkey is the login",
        ),
        (BUS + "poll_alone = true\ncollect = false\n", "poll_alone: has no effect"),
        (BUS + f'nkey = "{SEED}"\n', "contains secrets and is readable by others"),
        (BUS + 'nkey = { file = "seed" }\n', "nkey: the file is readable by others"),
    ],
)
def test_what_is_probably_a_mistake_is_warned_of(tmp_path, text, words):
    (tmp_path / "seed").write_text(SEED)
    (tmp_path / "seed").chmod(0o644)
    found = [": ".join(one) for one in warned(tmp_path, text + WHOLE, mode=0o644)]
    assert any(words in one for one in found), found


def test_a_member_as_it_should_be_is_not_warned_of(tmp_path):
    login = 'user = "wall"\npassword = { env = "SECRET" }\n'
    assert warned(tmp_path, BUS + login + WHOLE, mode=0o644) == []
    assert warned(tmp_path, '[fleet]\nurl = "nats://127.0.0.1:4222"\n' + WHOLE) == []
