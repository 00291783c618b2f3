"""Runs a command where the one name server never answers, beside a server that does.

Called in namespaces of its own: ``unshare -rmn python silent_names.py FOLDER COMMAND...``. The
server listens at ``URL``; every other name leads to silence.
"""

import ctypes
import fcntl
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

PORT = 8080
URL = f"http://127.0.0.1:{PORT}"
_SIOCSIFFLAGS, _IFF_UP = 0x8914, 1
_PR_SET_PDEATHSIG = 1
_SECONDS = 60.0


def main(folder: Path, command: list[str]) -> None:
    with socket.socket() as plain:
        fcntl.ioctl(plain, _SIOCSIFFLAGS, struct.pack("16sH", b"lo", _IFF_UP))
    names = folder / "resolv.conf"
    names.write_text("nameserver 127.0.0.1\noptions timeout:30 attempts:5\n")
    subprocess.run(["mount", "--bind", names, "/etc/resolv.conf"], check=True)
    # Nobody ever reads from it; the command inherits it, so that it stays open.
    silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    silent.bind(("127.0.0.1", 53))
    silent.set_inheritable(True)
    simulate = [sys.executable, "-m", "wallboard", "simulate", "--port", str(PORT)]
    subprocess.Popen(
        simulate,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=_end_with_the_command,  # noqa: PLW1509 - there are no threads yet
    )
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        with socket.socket() as caller:
            if caller.connect_ex(("127.0.0.1", PORT)) == 0:
                break
        time.sleep(0.05)
    else:
        sys.exit("the simulator did not come up")
    os.execv(command[0], command)


def _end_with_the_command() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
