"""What the threads of a command have freed, other threads can use again."""

import platform
import subprocess
import sys

import pytest

THREADS_AFTER_A_COMMAND = """
import ctypes, threading
from wallboard.cli.run.run import run

run(["themes"])
together = threading.Barrier(4)

def allocate():
    block = bytes(10_000)
    together.wait()
    del block

threads = [threading.Thread(target=allocate) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
libc = ctypes.CDLL(None)
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have one heap")
def test_all_threads_of_a_command_share_one_heap():
    ran = subprocess.run(
        [sys.executable, "-c", THREADS_AFTER_A_COMMAND], capture_output=True, text=True, check=True
    )
    assert ran.stdout.count("<heap nr=") == 1
