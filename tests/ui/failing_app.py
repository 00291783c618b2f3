"""The whole program with one thing broken: the place, then the program's arguments."""

import asyncio
import sys
import threading
import time

from wallboard.cli import main
from wallboard.ui.app.app import WallboardApp
from wallboard.ui.screen.header import BoardHeader
from wallboard.ui.terminal.driver import BoardDriver
from wallboard.ui.wall.wall_screen import WallScreen


class Abrupt(BaseException):
    """No ``Exception``."""


def fail(_where=None, _height=None):
    raise ZeroDivisionError("so sorry")


def fail_where_narrow(header):
    if header.size.width < 50:
        fail()


async def fail_later():
    fail()


def call_off(_):
    raise asyncio.CancelledError


def input_fails(driver):
    while not driver._app._running:
        time.sleep(0.01)
    raise Abrupt("so sorry")


BREAKING = {
    "compose": lambda: setattr(WallScreen, "compose", fail),
    "mount": lambda: setattr(WallScreen, "on_mount", fail),
    "drawing": lambda: setattr(BoardHeader, "render_line", fail),
    "key": lambda: setattr(WallboardApp, "action_meter", fail),
    "click": lambda: setattr(BoardHeader, "on_click", fail),
    "resize": lambda: setattr(BoardHeader, "on_resize", fail_where_narrow),
    "timer": lambda: setattr(WallboardApp, "action_meter", lambda app: app.set_timer(0.1, fail)),
    "worker": lambda: setattr(
        WallboardApp, "action_meter", lambda app: app.run_worker(fail_later())
    ),
    "called off": lambda: setattr(WallboardApp, "action_meter", call_off),
    "unmount": lambda: setattr(WallboardApp, "on_unmount", fail),
    "input": lambda: setattr(BoardDriver, "run_input_thread", input_fails),
    "stuck": lambda: setattr(WallboardApp, "action_meter", lambda _: time.sleep(6)),
    "thread": lambda: setattr(
        WallboardApp, "action_meter", lambda _: threading.Thread(target=fail, name="odd").start()
    ),
}

if __name__ == "__main__":
    BREAKING[sys.argv.pop(1)]()
    main()
