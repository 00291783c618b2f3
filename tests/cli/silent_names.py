"""Runs a command where the one name server never answers, beside a server that does.

Called in namespaces of its own: ``unshare -rmn python silent_names.py FOLDER COMMAND...``. The
server listens at ``URL``. ``TWO_ADDRESSES`` has it behind an address that takes no connection.
``FADING`` is a name that the name server knows the first time; any other leads to silence.
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
HOST = "127.0.0.9"
URL = f"http://{HOST}:{PORT}"
TWO_ADDRESSES = f"http://two.test:{PORT}"
_DEAD = "127.0.0.1"
"""A lookup gives this one first."""

FADING = "fading.test"
_ADDRESS_RECORD = 1

_SIOCSIFFLAGS, _IFF_UP = 0x8914, 1
_PR_SET_PDEATHSIG = 1
_SECONDS = 60.0
_answered: set[bool] = set()
"""Of ``FADING`` an address of IPv4, and that there is none of IPv6."""


def main(folder: Path, command: list[str]) -> None:
    with socket.socket() as plain:
        fcntl.ioctl(plain, _SIOCSIFFLAGS, struct.pack("16sH", b"lo", _IFF_UP))
    names = folder / "resolv.conf"
    names.write_text("nameserver 127.0.0.1\noptions timeout:30 attempts:5\n")
    subprocess.run(["mount", "--bind", names, "/etc/resolv.conf"], check=True)
    hosts = folder / "hosts"
    hosts.write_text(f"127.0.0.1 localhost\n{_DEAD} two.test\n{HOST} two.test\n")
    subprocess.run(["mount", "--bind", hosts, "/etc/hosts"], check=True)
    _leave_unanswered()
    _name_server()
    simulate = [sys.executable, "-m", "wallboard", "simulate", "--host", HOST, "--port", str(PORT)]
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
            if caller.connect_ex((HOST, PORT)) == 0:
                break
        time.sleep(0.05)
    else:
        sys.exit("the simulator did not come up")
    os.execv(command[0], command)


def _leave_unanswered() -> None:
    """Have an address that lets whoever connects wait, as if packets were dropped."""
    full = socket.socket()
    full.bind((_DEAD, PORT))
    full.listen(0)
    full.set_inheritable(True)
    for _ in range(4):
        waiting = socket.socket()
        waiting.setblocking(False)
        waiting.connect_ex((_DEAD, PORT))
        waiting.set_inheritable(True)
        waiting.detach()
    full.detach()


def _name_server() -> None:
    """Answer once for ``FADING``, and say nothing ever after."""
    asked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    asked.bind(("127.0.0.1", 53))
    if os.fork():
        return
    _end_with_the_command()
    known = True
    while True:
        query, caller = asked.recvfrom(512)
        end = query.index(b"\0", 12) + 5
        name = b"".join(bytes([len(part)]) + part.encode() for part in FADING.split("."))
        is_address = query[end - 4 : end - 2] == _ADDRESS_RECORD.to_bytes(2, "big")
        if known and query[12:].startswith(name):
            record = b"\xc0\x0c\0\1\0\1\0\0\0\2\0\4" + socket.inet_aton(HOST)
            head = query[:2] + b"\x81\x80\0\1\0" + bytes([is_address]) + b"\0\0\0\0"
            asked.sendto(head + query[12:end] + (record if is_address else b""), caller)
            _answered.add(is_address)
            known = len(_answered) < len((True, False))


def _end_with_the_command() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
