"""The tests' own footing: what a wait in vain says, and what no test inherits."""

import os
import subprocess
import sys

import pytest
from waiting import until


async def test_a_wait_in_vain_says_for_what_and_how_things_stand():
    heard = ["one"]
    with pytest.raises(AssertionError, match=r"len\(heard\) == 2.*\n  heard = \['one'\]"):
        await until(lambda: len(heard) == 2, seconds=0)


def test_no_test_nor_its_children_inherit_a_terminal():
    code = "import os; print(*os.environ)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {*told.stdout.split(), *os.environ} & {
        "COLUMNS",
        "LINES",
        "STY",
        "TMUX",
        "TERM_PROGRAM",
    }
