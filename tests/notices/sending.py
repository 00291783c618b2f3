"""Processes that send from a real ledger, by an injected clock, and may be killed anywhere."""

from collections.abc import Callable
from types import SimpleNamespace

from wallboard.board import Board
from wallboard.config.config_file import load_config
from wallboard.domain.endpoint import EntryPointKey
from wallboard.feeds import FeedStatus, Role
from wallboard.inheritance import entry_points_of
from wallboard.notices.live_notices import LiveNotices
from wallboard.notices.outbox import Outbox
from wallboard.recorder.ledger.tap import LedgerTap
from wallboard.recorder.paths import RecordingFile


class KilledError(BaseException):
    """The process is no more."""


class SendingProcess(LiveNotices):
    """What sends in a process that records, with a ledger but without polls.

    ``danger`` is called between any two statements that matter and may raise ``KilledError``.
    """

    def __init__(
        self, settings, ledger, clock, *, danger: Callable[[], None] = lambda: None
    ) -> None:
        self.killed = False
        self.sends = True
        self.explained = set()
        self.outbox = Outbox()
        self._danger = danger
        self._tap = LedgerTap(RecordingFile(ledger), clock=clock)
        self._plan = {}
        super().__init__(
            SimpleNamespace(alarms={}),
            self.outbox,
            Board(entry_points_of(settings)),
            settings=settings,
            status=lambda: FeedStatus(role=Role.RECORDS),
            calendar=lambda name: None,
            clock=clock,
        )
        self.look()
        self._open()
        for name, (one, channel) in self._opened.items():
            self._opened[name] = (one, Perilous(channel, self))
        channels = {name: channel for name, (_, channel) in self._opened.items()}
        self._sender.take_up(channels, self._sender.rules)

    def danger(self):
        if not self.killed:
            try:
                self._danger()
            except KilledError:
                self.killed = True
        if self.killed:
            raise KilledError

    def look(self, rows=()):
        """Write rows of the rules, and read what is new."""
        again = False
        while True:
            done = self._tap.exchange(rows, again=again)
            assert not done.unwritten
            assert not done.unread
            if done.update.whole or again:
                self.outbox.begin_again()
            for row in done.update.rows:
                self.outbox.take(row)
            rows, again = (), self.outbox.late and not (done.update.whole or again)
            self.outbox.late = False
            if not (done.more or again):
                return

    def may_send(self):
        return self.sends

    def suppressed(self):
        return self.explained

    async def write(self, rows, *, insist):
        self.danger()
        self.look(rows)
        self.danger()
        return True

    async def step(self):
        """One look at what is due, until all that was begun has ended; whether it survived."""
        try:
            self.look()
            await self._sender.step()
            while self._sender.busy and not self.killed:
                await self._sender.idle()
                await self._sender.step()
        except KilledError:
            pass
        return not self.killed

    @property
    def sender(self):
        return self._sender

    async def end(self):
        """Let go of its sockets and its file, as the kernel does."""
        self.killed = True
        await self._sender.idle()
        for _, channel in self._opened.values():
            await channel.channel.aclose()
        for _, heart in self._hearts.values():
            await heart.aclose()
        self._tap.close()


class Perilous:
    """A real channel of a process that may be killed before and after it has sent."""

    def __init__(self, channel, process) -> None:
        self.channel, self.process = channel, process
        self.phases = channel.phases

    async def send(self, notice):
        self.process.danger()
        answer = await self.channel.send(notice)
        self.process.danger()
        return answer

    async def aclose(self):
        await self.channel.aclose()


def settings_of(tmp_path, text):
    """The settings of a config file."""
    path = tmp_path / "notices.toml"
    path.write_text(text)
    return load_config(path, {})


def board_of(*ids: int) -> str:
    """The tables of a server with these entry points."""
    points = "".join(f"[[server.entry_point]]\nid = {one}\n" for one in ids)
    return f'[[server]]\nname = "prod"\nurl = "http://127.0.0.1:9"\n{points}'


__all__ = ["EntryPointKey", "KilledError", "SendingProcess", "board_of", "settings_of"]
