"""Calls that may hang, left to themselves."""

import subprocess
import sys
import threading

import pytest

from wallboard.threads import in_thread_within


async def test_what_a_call_returns_or_raises_comes_through():
    assert await in_thread_within(lambda: threading.current_thread().daemon, 60) is True
    with pytest.raises(KeyError):
        await in_thread_within(lambda: {}["none"], 60)


async def test_one_that_takes_too_long_is_left():
    go_on = threading.Event()
    with pytest.raises(TimeoutError):
        await in_thread_within(go_on.wait, 0.05)
    go_on.set()


def test_the_end_of_the_program_does_not_wait_for_it():
    code = (
        "import asyncio, threading\nfrom wallboard.threads import in_thread_within\n"
        "async def main():\n"
        "    try:\n        await in_thread_within(threading.Event().wait, 0.05)\n"
        "    except TimeoutError:\n        print('left')\n"
        "asyncio.run(main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert (done.stdout, done.stderr) == ("left\n", "")
