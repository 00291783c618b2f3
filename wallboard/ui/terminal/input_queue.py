"""Delivers keys to the app, each only after the one before it is handled completely.

Textual sends a key to the current focus although effects of the key before (a line that opens, a
focus change, a screen) still wait in other queues, and priority keys overtake others. Keys typed in
one burst would go to the wrong widget.
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
"""How long a key waits for a busy widget."""

_MOST_ROUNDS = 8


QUEUED = (events.Key, events.Paste, events.MouseDown, events.MouseUp)
"""Events that are delivered one after the other."""

_POLL_SECONDS = 0.1


class InputQueue:
    """Delivers input from another thread to an app on ``loop``, until ``stopped``."""

    def __init__(
        self, app: App[Any], loop: asyncio.AbstractEventLoop, stopped: threading.Event
    ) -> None:
        self._app, self._loop, self._stopped = app, loop, stopped
        self._delivery: concurrent.futures.Future[None] | None = None

    def put(self, message: Message) -> None:
        """Deliver a message after the one before it is handled."""
        while self._delivery and not self._stopped.is_set() and not self._loop.is_closed():
            if concurrent.futures.wait([self._delivery], _POLL_SECONDS).done:
                given, self._delivery = self._delivery, None
                given.result()
        if not self._loop.is_closed():
            self._delivery = asyncio.run_coroutine_threadsafe(
                deliver(self._app, message), self._loop
            )


async def deliver(app: App[Any], message: Message) -> None:
    """Deliver an input event and return when it is handled, or after some seconds."""
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
    """Wait until the queues of all widgets concerned are empty; the target of keys then."""
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
    """Wait for the search of the command palette."""
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
    """Widgets with unread messages."""
    below = app.screen.walk_children(with_self=True) if app._screen_stack else []
    return (pump for pump in (app, *below) if pump.message_queue_size)
