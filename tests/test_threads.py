"""Calls that may hang, left to themselves."""

import subprocess
import sys
import threading

import pytest

from wallboard.threads import in_thread_within, stopped_after


async def test_what_a_call_returns_or_raises_comes_through():
    assert await in_thread_within(lambda: threading.current_thread().daemon, 60) is True
    with pytest.raises(KeyError):
        await in_thread_within(lambda: {}["none"], 60)


async def test_one_that_takes_too_long_is_left():
    go_on = threading.Event()
    with pytest.raises(TimeoutError):
        await in_thread_within(go_on.wait, 0.05)
    go_on.set()


def test_what_never_ends_is_ended():
    ended = threading.Event()

    def endless():
        try:
            while True:
                try:
                    sum(range(1000))
                except Exception:  # noqa: BLE001  as a library may
                    continue
        finally:
            ended.set()

    with pytest.raises(TimeoutError):
        stopped_after(endless, 0.05)
    assert ended.is_set()


def test_what_ends_in_time_returns_or_raises():
    assert stopped_after(lambda: 3, 60) == 3
    with pytest.raises(KeyError):
        stopped_after(lambda: {}["none"], 60)


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
