"""Icinga 2 and Nagios, from Debian, read what is made for them and run the checks in it."""

import asyncio
import getpass
import grp
import json
import os
import re
from contextlib import asynccontextmanager

import pytest
from debian_programs import DEBIAN, libraries, program, run
from waiting import until

from tests.cli.monitoring.conftest import NAME, SERVERS

ICINGA = program("usr/lib/x86_64-linux-gnu/icinga2/sbin/icinga2")
NAGIOS = program("usr/sbin/nagios4")
needs_icinga = pytest.mark.skipif(
    ICINGA is None, reason="icinga2 is not here (Debian: icinga2-bin)"
)
needs_nagios = pytest.mark.skipif(
    not (DEBIAN / "usr/sbin/nagios4").exists(), reason="nagios4 is not here (Debian: nagios4-core)"
)
USER, GROUP = getpass.getuser(), grp.getgrgid(os.getgid()).gr_name


@asynccontextmanager
async def running(command):
    process = await asyncio.create_subprocess_exec(
        *map(str, command), env={**os.environ, "LD_LIBRARY_PATH": libraries()},
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def called(tmp_path):
    files = [tmp_path / f"called-{number}" for number in (1000, 1001)]
    return (
        [json.loads(file.read_text()) for file in files] if all(map(os.path.exists, files)) else []
    )


async def arguments_of(command, tmp_path):
    """The arguments with which a system called the check of each entry point."""
    async with running(command):
        await until(lambda: called(tmp_path))
    for words, server, number in zip(called(tmp_path), SERVERS, ("1000", "1001"), strict=True):
        assert words[:5] == ["check", "--config", str(tmp_path / "wall board.toml"), "--format",
                             "nagios"]  # fmt: skip
        assert set(words[-2:]) == {f"--server={server}", number}
    assert not (tmp_path / "pwned").exists()


def icinga_command(tmp_path):
    (tmp_path / "main.conf").write_text(
        'include <itl>\nobject CheckerComponent "checker" {}\n'
        f'include "{tmp_path}/wallboard.conf"\n'
    )
    folders = ("DataDir", "CacheDir", "LogDir", "InitRunDir", "SpoolDir", "ConfigDir")
    constants = {name: tmp_path / name for name in folders}
    for folder in constants.values():
        folder.mkdir(exist_ok=True)
    constants |= {
        "PkgDataDir": DEBIAN / "usr/share/icinga2",
        "RunAsUser": USER,
        "RunAsGroup": GROUP,
    }
    defined = [word for name, value in constants.items() for word in ("-D", f"{name}={value}")]
    return [ICINGA, "daemon", "-c", tmp_path / "main.conf",
            "-I", DEBIAN / "usr/share/icinga2/include", *defined]  # fmt: skip


@needs_icinga
async def test_icinga_takes_its_objects_and_calls_the_checks_with_every_name_as_it_is(
    made, tmp_path
):
    file = tmp_path / "wallboard.conf"
    file.write_text(await made("icinga2"))
    done = run([*icinga_command(tmp_path), "-C"])
    assert done.returncode == 0, done.stdout
    assert "Instantiated 2 Services." in done.stdout
    assert "warning" not in done.stdout
    assert json.dumps(NAME, ensure_ascii=False)[1:-1] in file.read_text()
    file.write_text(file.read_text().replace("check_interval = 60s", "check_interval = 1s"))
    await arguments_of(icinga_command(tmp_path), tmp_path)


def nagios_config(tmp_path):
    objects = [DEBIAN / f"etc/nagios4/objects/{name}.cfg"
               for name in ("commands", "contacts", "templates", "timeperiods")]  # fmt: skip
    paths = {name: tmp_path / name for name in (
        "log_file", "status_file", "object_cache_file", "precached_object_file", "temp_file",
        "lock_file", "state_retention_file", "command_file", "query_socket",
    )}  # fmt: skip
    paths |= {"check_result_path": tmp_path, "temp_path": tmp_path}
    lines = [f"cfg_file={file}" for file in (*objects, tmp_path / "wallboard.cfg")]
    lines += [f"{name}={value}" for name, value in paths.items()]
    lines += [f"nagios_user={USER}", f"nagios_group={GROUP}", "interval_length=1"]
    lines += ["service_inter_check_delay_method=n", "illegal_macro_output_chars=`~$&|'\"<>"]
    file = tmp_path / "nagios.cfg"
    file.write_text("\n".join(lines) + "\n")
    return file


@needs_nagios
async def test_nagios_takes_its_objects_and_calls_the_checks_with_every_name_as_it_is(
    made, tmp_path
):
    (tmp_path / "wallboard.cfg").write_text(await made("nagios"))
    config = nagios_config(tmp_path)
    done = run([NAGIOS, "-v", config])
    assert done.returncode == 0, done.stdout
    assert "Checked 2 services." in done.stdout
    warnings = [line for line in done.stdout.splitlines() if line.startswith("Warning: ")]
    assert all(re.match(r"Warning: Host 'wallboard-.*' has no default contacts", one)
               for one in warnings), warnings  # fmt: skip
    await arguments_of([NAGIOS, config], tmp_path)
    known = (tmp_path / "object_cache_file").read_text()
    assert f"display_name\tChat {NAME} (" in known
    assert "\t_GROUP\tG; $X\n" in known
