"""A config with names that every format has to escape, and the files made from it."""

import shutil
from pathlib import Path

import pytest
import tomli_w

HOSTILE = r"""p\! "q" 'x'; $HOME! \ $(touch pwned) `id`,a:b #%|{}\$USER1$ *~<>&="""
NAME = "S; \"q\" 'x' $HOSTNAME$ \\n !|*/ {{}} {#ID} é 日 =~^<>&"
SERVERS = ("prod", HOSTILE)


@pytest.fixture
def config(tmp_path):
    """A function that writes the config of two servers at an address."""

    def write(url="http://127.0.0.1:9"):
        entries = (("prod", 1000, "Sales", "EMEA"), (HOSTILE, 1001, NAME, "G; $X"))
        servers = [
            {"name": server, "url": url, "entry_point": [{"id": id_, "name": name, "group": group}]}
            for server, id_, name, group in entries
        ]
        file = tmp_path / "wall board.toml"
        file.write_text(tomli_w.dumps({"server": servers, "record": False}))
        return file

    return write


@pytest.fixture
def made(wallboard, config, tmp_path):
    """What a system is given, for a program that tells its arguments."""
    shutil.copy(Path(__file__).parent / "programs" / "tell_arguments.py", tmp_path / "tell")

    async def make(*words: str, program=tmp_path / "tell"):
        own = ["--config", config(), "--program", program]
        ended = await wallboard("monitoring", *words, *map(str, own))
        assert (ended.status, ended.err) == (0, "")
        return ended.out

    return make
