"""A headless board: polls and records, or stands by, until a signal ends it."""

import asyncio
import json
import logging
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import replace

from wallboard.cli.run.errors import CommandError
from wallboard.cli.run.metrics_server import Address, exposed, metrics_server
from wallboard.cli.run.service_manager import ServiceManager
from wallboard.cli.run.signals import on_end, status_after
from wallboard.config.problem import ConfigError, Problem
from wallboard.config.reload import ConfigSource
from wallboard.domain.change import Change, Subject
from wallboard.domain.foreign_text import safe
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.snapshot import Folded
from wallboard.feeds import Role
from wallboard.feeds.shared import SharedFeed
from wallboard.inheritance import entry_points_of
from wallboard.live import LiveBoard
from wallboard.report.now.change_lines import UnsettledChanges
from wallboard.report.words.figures import iso
from wallboard.settings import Settings

Value = str | int | float | bool | None

_BARE = re.compile(r"[^\s\"=\\]+")


def log_line(at: float, level: str, event: str, fields: Mapping[str, Value], *, form: str) -> str:
    """One line, without its end; ``form`` is "text" for logfmt, or "json".

    ``at`` is Unix time in seconds. A field that is ``None`` is left out.
    """
    whole = {"time": iso(at), "level": level, "event": event, **fields}
    known = {name: value for name, value in whole.items() if value is not None}
    if form == "json":
        # In ASCII no byte of it can steer a terminal.
        return json.dumps(known)
    return " ".join(f"{name}={_logfmt(value)}" for name, value in known.items())


def _logfmt(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = safe(str(value))
    return text if _BARE.fullmatch(text) else json.dumps(text, ensure_ascii=False)


_LEVELS = ((logging.ERROR, "error"), (logging.WARNING, "warning"))


class ServiceLog(logging.Handler):
    """Writes lines; also one for every warning that a part of the program logs."""

    def __init__(self, form: str, clock: Callable[[], float] = time.time) -> None:
        """``form`` is "text" for logfmt, or "json"; ``clock`` is Unix time in seconds."""
        super().__init__(logging.WARNING)
        self._form = form
        self._clock = clock

    def say(self, event: str, level: str = "info", **fields: Value) -> None:
        """Write a line. That nobody reads it any more must not end the service."""
        line = log_line(self._clock(), level, event, fields, form=self._form)
        with suppress(OSError, ValueError):
            print(line, file=sys.stderr, flush=True)  # noqa: T201

    def emit(self, record: logging.LogRecord) -> None:
        """Take in a log record, on one line, with its exception if it has one."""
        level = next((word for least, word in _LEVELS if record.levelno >= least), "info")
        error = record.exc_info[1] if record.exc_info else None
        self.say(
            "log",
            level,
            message=" ".join(record.getMessage().split()),
            error=f"{type(error).__name__}: {error}" if error else None,
        )


LOOK_SECONDS = 0.25
"""Between two looks at what there is to log."""

_LOGGED = {Subject.VERDICT, Subject.LEVEL, Subject.SERVER}


class Service:
    """Logs what becomes of a living board, and serves it to a metrics server."""

    def __init__(
        self,
        settings: Settings,
        source: ConfigSource,
        log: ServiceLog,
        clock: Callable[[], float],
        *,
        standby: bool,
        metrics: Address | None = None,
    ) -> None:
        """``source`` is where ``settings`` came from.

        Without ``standby`` it ends where another process records already. ``metrics`` is where the
        board is served to a metrics server. ``clock`` is Unix time.
        """
        self._read = source.read
        self._manager = ServiceManager()
        self._log = log
        self._standby = standby
        self._live = live = LiveBoard(
            settings,
            lambda polled: SharedFeed(polled, source.board.whole, clock=clock),
            source=replace(source, read=self._read_again),
            clock=clock,
        )
        self._metrics_at = metrics
        self._metrics = (
            metrics_server(live.snapshot, lambda: live.status.fleet) if metrics else None
        )
        if self._metrics:
            live.on_folded(self._metrics.take)
        live.on_folded(self._say_changes)
        live.on_edited(self._say_reloaded)
        live.on_refused(self._say_refused)
        self._woken = asyncio.Event()
        self._ended_by: signal.Signals | None = None
        self._started = False
        self._said = (Role.STARTS, "")
        self._problems: tuple[str, ...] = ()
        self._blind_since: float | None = None
        self._unsettled = UnsettledChanges(live.board)

    async def run(self) -> int:
        """Run until SIGTERM or SIGINT; the exit status. Raises ``CommandError``."""
        with self._signals():
            async with AsyncExitStack() as stack:
                if self._metrics and self._metrics_at:
                    url = await stack.enter_async_context(exposed(self._metrics, self._metrics_at))
                    self._log.say("serving_metrics", url=url)
                return await self._run()

    async def _run(self) -> int:
        async with self._live:
            ended_by = await self._watch()
            self._manager.stopping()
        self._log.say("stopped", signal=ended_by.name)
        return status_after(ended_by)

    async def _watch(self) -> signal.Signals:
        while self._ended_by is None:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._woken.wait()
            status = self._live.status
            if status.role is not Role.STARTS:
                self._say_started()
                self._say_role()
                self._say_problems()
                self._say_network()
                self._manager.status(self._in_a_line())
            self._manager.alive(stalled_seconds=status.stalled_seconds)
        return self._ended_by

    def _read_again(self) -> Settings:
        settings = self._read()
        if settings.record is False and not self._metrics_at:
            raise ConfigError([Problem("", "", "record", "false; nothing to do then")])
        return settings

    def _say_started(self) -> None:
        if not self._started:
            self._started = True
            self._manager.ready()
            self._log.say("started", "info", recording=self._recording, **self._extent())

    def _say_reloaded(self, _before: Settings, _settings: Settings) -> None:
        self._log.say("reloaded", "info", **self._extent())

    def _say_network(self) -> None:
        before, self._blind_since = self._blind_since, self._live.snapshot().blind_since
        if before is None and self._blind_since is not None:
            since = iso(self._blind_since)
            self._log.say("network_lost", "warning", since=since)
        elif before is not None and self._blind_since is None:
            self._log.say("network_back", "info", lost_since=iso(before))

    def _in_a_line(self) -> str:
        """What it does, for whoever asks the service manager."""
        status = self._live.status
        if status.problems:
            return status.problems[0]
        extent = ", ".join(
            f"{count} {name.replace('_', ' ')}" for name, count in self._extent().items()
        )
        follows = f" {status.leader}" if status.leader else ""
        return f"{status.role}{follows}: {extent}"

    def _extent(self) -> dict[str, Value]:
        settings = self._live.settings
        points = len(entry_points_of(settings))
        return {"servers": len(settings.server), "entry_points": points}

    def _say_refused(self, problems: Sequence[Problem]) -> None:
        for problem in problems:
            self._log.say("config_refused", "error", problem=str(problem))

    def _say_role(self) -> None:
        status = self._live.status
        said = (status.role, status.leader)
        if said == self._said or said[0] is Role.STARTS:
            return
        self._said = said
        path = self._recording
        match said[0]:
            case Role.FOLLOWS if not self._standby and not status.records:
                raise CommandError(f"{status.leader} is already recording\n{path}")
            case Role.POLLS if path is None:
                self._log.say("polling")
            case Role.FOLLOWS:
                self._log.say("standby", follows=status.leader, recording=path)
            case Role.RECORDS:
                self._log.say("recording", recording=path)
            case Role.POLLS:
                self._log.say("polling_unrecorded", "warning", recording=path)

    @property
    def _recording(self) -> str | None:
        path = self._live.status.recording_path
        return str(path) if path else None

    def _say_problems(self) -> None:
        before, self._problems = self._problems, self._live.running_problems
        for problem in self._problems:
            if problem not in before:
                self._log.say("problem", "warning", message=problem)
        for problem in before:
            if problem not in self._problems:
                self._log.say("problem_over", message=problem)

    def _say_changes(self, folded: Folded) -> None:
        """Log what changed on the board; on standby that is for others to say."""
        changes = self._unsettled.settled(folded)
        if self._live.status.role is Role.FOLLOWS:
            return
        for change in changes:
            first = change.before == Verdict.WAITING
            if change.subject in _LOGGED and not change.of_server and not first:
                self._log.say("change", _level_of(change), **_fields(change))

    @contextmanager
    def _signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()

        def end(number: signal.Signals) -> None:
            self._ended_by = number
            self._woken.set()

        on_end(end)
        if self._live.config:
            loop.add_signal_handler(signal.SIGHUP, self._live.config.ask)
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGHUP)


def _level_of(change: Change) -> str:
    return "warning" if change.level is not Level.OK else "info"


def _fields(change: Change) -> dict[str, Value]:
    return {
        "server": change.server,
        "id": change.key.id if change.key else None,
        "subject": change.subject.value,
        "before": change.before,
        "after": change.after,
        "lasted_seconds": None if change.lasted is None else round(change.lasted, 1),
        "summary": change.summary or None,
    }
