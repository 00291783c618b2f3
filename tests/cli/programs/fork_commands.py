"""Starts a process for each command line it is asked for: what all of them load is loaded once.

It is asked on the socket whose number is the first argument, and ends with it. A request is a line
of JSON (words, folder, environment), with four descriptors: standard input, output and errors, and
the socket on which the number of the process is told, and its exit status once it has ended.
"""

import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import sys
import time

import wallboard
from wallboard.__main__ import main


def load_everything() -> None:
    for module in pkgutil.walk_packages(wallboard.__path__, "wallboard."):
        importlib.import_module(module.name)
    gc.freeze()


def request(asked: socket.socket) -> tuple[dict, list[int]] | None:
    line, descriptors, _, _ = socket.recv_fds(asked, 65536, 4)
    while line and not line.endswith(b"\n"):
        line += asked.recv(65536)
    return (json.loads(line), descriptors) if line else None


def become(words: list[str], folder: str, environment: dict[str, str], streams: list[int]) -> None:
    """What the start of an interpreter would have made of this process."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.closerange(3, 1024)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.argv[1:] = words


def serve(asked: socket.socket) -> bool:
    """Whether this is, by now, the process of a command line; else nobody asks any more."""
    while wanted := request(asked):
        keeper = os.fork()
        if not keeper:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            wishes, (*streams, told) = wanted
            if not (pid := os.fork()):
                become(**wishes, streams=streams)
                return True
            with socket.socket(fileno=told) as told:
                told.sendall(b"%d\n" % pid)
                for stream in streams:
                    os.close(stream)
                status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                told.sendall(b"%d\n" % status)
            os._exit(0)
        for descriptor in wanted[1]:
            os.close(descriptor)
    return False


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that keep a process
    load_everything()
    if serve(socket.socket(fileno=int(sys.argv[1]))):
        main()
