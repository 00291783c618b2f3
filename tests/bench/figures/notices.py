"""From an alarm to the far side of its channel; and what a thousand at once cost the wall."""

import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import quantiles

from tests.bench.figure import Figure, Pace
from tests.bench.figures.key_to_paint import SETTLE_SECONDS, latencies
from tests.bench.processes import ROOT, environment, simulator, wallboard
from tests.bench.terminal import on_a_terminal
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind
from wallboard.domain.policy import Level
from wallboard.notices.channel import ALL_PHASES
from wallboard.notices.outbox import Outbox, outcome
from wallboard.notices.plan import Route, SendingRules, plan
from wallboard.notices.sender import TICK_SECONDS
from wallboard.recorder.ledger.reader import LedgerReader
from wallboard.recorder.paths import ledger_path

ENTRY_POINTS = 1000
LIMIT_SECONDS = 1.0
KEY_LIMIT_SECONDS = 0.05
PATIENCE_SECONDS = 90.0
GROUP_WAIT_SECONDS = 3.0
CONFIG = """
record = "{record}"
[alarm]
raise_for = {raise_for}
group_wait = {group_wait}
[levels]
open = "critical"
{channels}
[[server]]
name = "prod"
url = "{url}"
"""
CHANNEL = """
[[channel.webhook]]
name = "{name}"
url = "{url}"
[[notice]]
channel = "{name}"
"""
ROUTES = ("ops", "chat")
LOOKS = 500


class FarSide(ThreadingHTTPServer):
    """Notes when each request came, Unix time in seconds."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.came_at: list[float] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    @property
    def channels(self) -> str:
        return "".join(CHANNEL.format(name=name, url=self.url) for name in ROUTES)


class _Taking(BaseHTTPRequestHandler):
    server: FarSide

    def do_POST(self) -> None:
        self.server.came_at.append(time.time())
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as in the library
        """Say nothing."""


def measure(pace: Pace) -> list[Figure]:
    """A far side on loopback, two routes."""
    with tempfile.TemporaryDirectory() as folder:
        return [
            _first_byte(Path(folder, "one"), pace),
            _keys(Path(folder, "many"), pace),
            _standing(),
        ]


def _first_byte(folder: Path, pace: Pace) -> Figure:
    late = []
    for number in range(min(3, pace.starts)):
        with simulator(1) as url, far_side() as far:
            place = folder / str(number)
            config = _config(place, url, far.channels, 1, raise_for=0)
            command = wallboard("record", "--config", str(config))
            with subprocess.Popen(
                command, cwd=ROOT, env=environment(), stderr=subprocess.DEVNULL
            ) as child:
                _until(lambda: len(far.came_at) == len(ROUTES), "the far side was told")
                child.terminate()
            with LedgerReader(ledger_path(place / "wall.db")) as ledger:
                raised = next(row.at for row in ledger.rows() if row.kind is RowKind.RAISED)
            late.append(max(far.came_at) - raised - GROUP_WAIT_SECONDS)
    return Figure(
        name="notice_first_byte",
        what="from the end of the group wait until two far sides have a notice, worst",
        unit="s",
        measured=max(late),
        against=LIMIT_SECONDS,
        against_what="the limit",
        note=f"mean {sum(late) / len(late):.2f} s, {len(late)} alarms",
    )


def _keys(folder: Path, pace: Pace) -> Figure:
    with simulator(ENTRY_POINTS) as url, far_side() as far:
        config = _config(folder, url, far.channels, ENTRY_POINTS, raise_for=SETTLE_SECONDS)
        with on_a_terminal(wallboard("--config", str(config)), environment()) as terminal:
            terminal.read_for(SETTLE_SECONDS)
            taken = latencies(terminal, pace.keys)
            end = time.monotonic() + PATIENCE_SECONDS
            while len(far.came_at) < len(ROUTES) and time.monotonic() < end:
                taken += latencies(terminal, 10)
            terminal.read_for(1.0)
    if len(far.came_at) != len(ROUTES):
        raise RuntimeError(f"{len(far.came_at)} notices through {len(ROUTES)} routes")
    percentiles = quantiles(taken, n=100, method="inclusive")
    return Figure(
        name="notice_flood_keys",
        what="99th percentile from a key to its picture while 1,000 alarms are raised and told",
        unit="ms",
        measured=1000 * percentiles[98],
        against=1000 * KEY_LIMIT_SECONDS,
        against_what="the limit",
        note=f"median {1000 * percentiles[49]:.1f} ms, worst {1000 * max(taken):.1f} ms, "
        f"{len(taken)} keys; one notice a route",
    )


def _standing() -> Figure:
    """What it costs to look for what is due, twice a second, while 1,000 alarms were told."""
    outbox, now = Outbox(), 1_000_000.0
    for number in range(ENTRY_POINTS):
        key = AlarmKey("prod", number)
        outbox.take(LedgerRow(now, RowKind.RAISED, key, now - 30.0, Level.CRITICAL, "error"))
    rules = SendingRules(tuple(Route(name, 0.0, lambda *_: True) for name in ROUTES))
    phases = dict.fromkeys(ROUTES, ALL_PHASES)
    for row in plan(outbox, now + rules.group_wait, rules, phases):
        outbox.take(row)
    for notice in outbox.open_notices():
        outbox.take(outcome(notice, RowKind.SENT, now + rules.group_wait, "accepted"))
    began = time.process_time()
    for tick in range(LOOKS):
        plan(outbox, now + rules.group_wait + tick * TICK_SECONDS, rules, phases)
        outbox.forget_finished(now)
    each = (time.process_time() - began) / LOOKS
    return Figure(
        name="notices_standing_cpu",
        what="CPU of looking for what is due twice a second while 1,000 alarms stand, of a core",
        unit="%",
        measured=100 * each / TICK_SECONDS,
        against=1.0,
        against_what="the limit",
        note=f"{1000 * each:.1f} ms a look",
    )


def _config(folder: Path, url: str, channels: str, count: int, *, raise_for: float) -> Path:
    folder.mkdir(parents=True)
    points = "".join(f"[[server.entry_point]]\nid = {1000 + n}\n" for n in range(count))
    text = CONFIG.format(
        record=folder / "wall.db",
        raise_for=raise_for,
        group_wait=GROUP_WAIT_SECONDS,
        channels=channels,
        url=url,
    )
    config = folder / "wallboard.toml"
    config.write_text(text + points)
    return config


@contextmanager
def far_side() -> Iterator[FarSide]:
    with FarSide() as far:
        thread = threading.Thread(target=far.serve_forever, daemon=True)
        thread.start()
        try:
            yield far
        finally:
            far.shutdown()


def _until(true: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not true():
        if time.monotonic() > end:
            raise RuntimeError(f"it did not come to pass that {what}")
        time.sleep(0.01)
