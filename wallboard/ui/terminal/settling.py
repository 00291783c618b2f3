"""Hands what is typed to the app, each key only after the one before it has had its effect.

Textual gives a key to whatever has the focus when the app comes to it, while what the key before
set off (a line that opens, the focus that moves, a screen) still waits in other queues; and keys
with priority overtake all others. Keys that come in one burst would go to the wrong place.
"""

import asyncio
import concurrent.futures
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from textual import events
from textual.app import App
from textual.command import CommandPalette
from textual.message import Message
from textual.message_pump import MessagePump

LONGEST_SECONDS = 2.0
"""How long a key waits for a widget that does not come to rest."""

_MOST_ROUNDS = 8


IN_TURN = (events.Key, events.Paste, events.MouseDown, events.MouseUp)
"""What may change where the next of them goes."""

_POLL_SECONDS = 0.1


class Turns:
    """Gives an app on ``loop`` what is typed, from another thread, until ``stopped``."""

    def __init__(
        self, app: App[Any], loop: asyncio.AbstractEventLoop, stopped: threading.Event
    ) -> None:
        self._app, self._loop, self._stopped = app, loop, stopped
        self._given: concurrent.futures.Future[None] | None = None

    def give(self, message: Message) -> None:
        """Hand a message over, once the one before it has had its effect."""
        while self._given and not self._stopped.is_set() and not self._loop.is_closed():
            if concurrent.futures.wait([self._given], _POLL_SECONDS).done:
                given, self._given = self._given, None
                given.result()
        if not self._loop.is_closed():
            self._given = asyncio.run_coroutine_threadsafe(
                hand_over(self._app, message), self._loop
            )


async def hand_over(app: App[Any], message: Message) -> None:
    """Give the app something that was typed or clicked, and return when it has had its effect.

    Never later than some seconds: a widget that is busy for longer does not make the board deaf.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(LONGEST_SECONDS):
            if not (isinstance(message, events.Key) and message.is_printable):
                await _finish_search(app)
    target = _target(app)
    await app._post_message(message)
    with suppress(TimeoutError):
        async with asyncio.timeout(LONGEST_SECONDS):
            for _ in range(_MOST_ROUNDS):
                before, target = target, await _settle(app, target)
                if target is before and not any(_busy(app)):
                    return


async def _settle(app: App[Any], target: MessagePump) -> MessagePump:
    """Let everybody concerned read what they were sent; what gets the keys then."""
    await _read_all(app)
    concerned = [*_upwards(target), *_busy(app), *_upwards(_target(app))]
    for pump in dict.fromkeys(concerned):
        await _read_all(pump)
    return _target(app)


async def _read_all(pump: MessagePump) -> None:
    read = asyncio.Event()
    if pump.call_later(read.set):
        await read.wait()


async def _finish_search(app: App[Any]) -> None:
    """Let the palette find what fits the words before one of the results is chosen."""
    group = CommandPalette._GATHER_COMMANDS_GROUP
    searches = [worker._task for worker in app.workers if worker.group == group]
    if tasks := [task for task in searches if task is not None]:
        await asyncio.wait(tasks)


def _target(app: App[Any]) -> MessagePump:
    if not app._screen_stack:
        return app
    return app.focused or app.screen


def _upwards(pump: MessagePump | None) -> Iterator[MessagePump]:
    while pump is not None:
        yield pump
        pump = pump._parent


def _busy(app: App[Any]) -> Iterator[MessagePump]:
    """Whoever has been sent what it has not read yet."""
    below = app.screen.walk_children(with_self=True) if app._screen_stack else []
    return (pump for pump in (app, *below) if pump.message_queue_size)
