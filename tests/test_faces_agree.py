"""One set of faults through every face: the wall, ``check``, ``watch`` and the metrics agree."""

import asyncio
import csv
import io
import json
import os
import re
import socket
import sys
import time
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from waiting import in_words, until

from wallboard.board import Board
from wallboard.cli.commands.board import feed_of
from wallboard.config import load_config
from wallboard.config.state_folder import BoardId
from wallboard.domain.observation import Cause
from wallboard.domain.policy import Level, Verdict
from wallboard.inheritance import entry_points_of
from wallboard.simulator.scenario import load_scenario
from wallboard.simulator.server import Simulator
from wallboard.ui.app.app import WallboardApp
from wallboard.ui.picture.arrangement import Arrangement

FOLDER = Path(__file__).parent / "fixtures" / "faces"
PATIENCE_SECONDS = 120.0

OK, WARNING, UNKNOWN, CRITICAL = Level.OK, Level.WARNING, Level.UNKNOWN, Level.CRITICAL
Said = dict[int, tuple[Verdict, Level]]

EXPECTED: Said = {
    1000: (Verdict.OPEN, OK),
    1001: (Verdict.AGENT_NOT_AVAILABLE, CRITICAL),
    1002: (Verdict.QUEUE_DEPTH_REACHED, WARNING),
    1003: (Verdict.SERVICE_NOT_RUNNING, CRITICAL),
    1004: (Verdict.ENTRY_POINT_INACTIVE, WARNING),
    1005: (Verdict.INVALID_ENTRY_POINT, UNKNOWN),
    1006: (Verdict.OTHER, CRITICAL),
    1007: (Verdict.UNKNOWN, UNKNOWN),  # an undocumented reason
    1008: (Verdict.UNKNOWN, UNKNOWN),  # neither yes nor no
    1009: (Verdict.OPEN, OK),  # contradiction
    1010: (Verdict.OPEN, OK),  # lenient
    1011: (Verdict.OPEN, OK),  # partial, by checkEligibility
    1012: (Verdict.OPEN, OK),  # partial, without figures
    1013: (Verdict.AGENT_NOT_AVAILABLE, CRITICAL),  # by checkEligibility
    1014: (Verdict.QUEUE_DEPTH_REACHED, WARNING),  # by checkEligibility
    1015: (Verdict.OPEN, WARNING),  # wait
    1016: (Verdict.OPEN, CRITICAL),  # wait
    1017: (Verdict.OPEN, CRITICAL),  # queue
    1018: (Verdict.OPEN, WARNING),  # queue
    1019: (Verdict.OPEN, WARNING),  # capacity
    1020: (Verdict.OPEN, OK),  # capacity, whose threshold is off
    1021: (Verdict.AGENT_NOT_AVAILABLE, WARNING),  # a level of its own
    1022: (Verdict.OTHER, OK),  # a level of its group
    **dict.fromkeys(range(1023, 1031), (Verdict.ERROR, UNKNOWN)),  # seven causes
    1031: (Verdict.OPEN, OK),  # JSON
    1032: (Verdict.UNREACHABLE, CRITICAL),  # on a server that answers others
    1033: (Verdict.ERROR, UNKNOWN),  # the two that say so time out
    1034: (Verdict.OPEN, OK),  # a wait that is no number
    1040: (Verdict.UNREACHABLE, CRITICAL),  # refused
    1041: (Verdict.UNREACHABLE, WARNING),  # refused, with a level of its own
    1050: (Verdict.UNREACHABLE, CRITICAL),  # timeout
    1055: (Verdict.UNREACHABLE, CRITICAL),  # reset
    1060: (Verdict.UNREACHABLE, CRITICAL),  # TLS
    1070: (Verdict.UNREACHABLE, CRITICAL),  # DNS
    1080: (Verdict.UNREACHABLE, UNKNOWN),  # proxy, with a level of the server
}
DOWN = {"down": (1040, 1041), "hang": (1050,), "cut": (1055,), "tls": (1060,), "dns": (1070,),
        "proxy": (1080,)}  # fmt: skip
MARKS = {1009: "contradiction", 1010: "lenient", 1011: "partial", 1012: "partial",
         1013: "partial", 1014: "partial", 1033: "partial"}  # fmt: skip
LABELS = {verdict.label: verdict for verdict in Verdict}
LEVELS = {level.label: level for level in Level}


class Place:
    """Some simulated servers with one clock, their config, and commands that use it."""

    def __init__(self, config: Path, simulators: dict[str, Simulator]) -> None:
        self.config = config
        self.simulators = simulators
        self.seconds = 0.0
        self.processes: list[asyncio.subprocess.Process] = []

    async def strike(self) -> None:
        self.seconds = 20.0
        await self.simulators["down"].stop()

    async def start(self, *args: str) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "wallboard", *args, "--config", str(self.config)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        self.processes.append(process)
        return process

    async def ran(self, *args: str) -> tuple[int | None, str]:
        process = await self.start(*args)
        async with asyncio.timeout(PATIENCE_SECONDS):
            out, err = await process.communicate()
        assert err == b""
        return process.returncode, out.decode()


@pytest.fixture
async def place(tmp_path, monkeypatch):
    monkeypatch.setenv("WALLBOARD_STATE", str(tmp_path / "state"))
    scenario = load_scenario(FOLDER / "scenario.toml")
    ids = {"prod": range(1000, 1035), **{name: DOWN[name] for name in ("down", "hang", "cut")}}
    where = Place(tmp_path / "wallboard.toml", {})
    async with AsyncExitStack() as stack:
        for name, numbers in ids.items():
            simulator = Simulator(
                entry_points=numbers, scenario=scenario, clock=lambda: where.seconds
            )
            where.simulators[name] = await stack.enter_async_context(simulator)
        closed = stack.enter_context(socket.socket())
        closed.bind(("127.0.0.1", 0))
        where.config.write_text(_config(where.simulators, closed.getsockname()[1]))
        yield where
        for process in where.processes:
            if process.returncode is None:
                process.kill()
            await process.communicate()


def _config(simulators, closed_port):
    text = (FOLDER / "wallboard.toml").read_text()
    written = set(map(int, re.findall(r"id = (\d+)", text)))
    plain = (number for number in EXPECTED if number < 1040 and number not in written)
    points = "\n".join(f"[[server.entry_point]]\nid = {number}" for number in plain)
    urls = {f"{{{name}}}": one.url for name, one in simulators.items()}
    urls["{tls}"] = simulators["prod"].url.replace("http:", "https:")
    urls["{closed}"] = f"http://127.0.0.1:{closed_port}"
    for key, value in {"{entry_points}": points, **urls}.items():
        text = text.replace(key, value)
    return text


class Lines:
    """What a watch has printed so far, understood line by line."""

    def __init__(self, process, understand) -> None:
        self.said: Said = {}
        self.lines: list[str] = []
        self._process = process
        self._understand = understand

    async def until(self, condition) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not condition():
                    line = (await self._process.stdout.readline()).decode()
                    assert line, await self._process.stderr.read()
                    self.lines.append(line)
                    self._understand(line, self.said)
        except TimeoutError:
            other = {n: one for n, one in self.said.items() if one != EXPECTED[n]}
            pytest.fail(f"in vain for {in_words(condition)}\n{other}\n{self.lines[-20:]}")


ANY_LABEL = "|".join(LABELS)
SENTENCE = re.compile(
    r"\S+ (?P<level>[A-Z]+) (?P<id>\d{4}) \(\w+\)(?:, (?P<what>\w+))?: "
    rf"(?P<label>{ANY_LABEL})?"
)
OF_SERVER = re.compile(r"\S+ (?P<level>[A-Z]+) server (?P<name>\w+): (?P<what>[\w ]+)")


def understand_sentence(line: str, said: Said) -> None:
    if found := SENTENCE.match(line):
        number, level = int(found["id"]), Level[found["level"]]
        before = said.get(number, (Verdict.OPEN, OK))[0]
        said[number] = (before if found["what"] else LABELS[found["label"]], level)
    elif found := OF_SERVER.match(line):
        # On a busy machine some entry points of another server may be stale for a moment.
        for number in DOWN.get(found["name"], ()):
            # A server's line has the worst level of its entry points.
            said[number] = (Verdict.UNREACHABLE, Level[found["level"]])


def understand_document(line: str, said: Said) -> None:
    told = json.loads(line)
    if told["event"] == "entry_point":
        said[told["id"]] = (Verdict(told["verdict"]), LEVELS[told["level"]])
    elif told["event"] == "change" and told["id"]:
        verdict = said[told["id"]][0]
        verdict = Verdict(told["after"]) if told["subject"] == "verdict" else verdict
        said[told["id"]] = (verdict, LEVELS[told["level"]])


def spoken(expected: Said) -> Said:
    """What sentences say: nothing of what is open and ok, and servers as a whole."""
    worst = {
        number: max(expected[one][1] for one in ids) for ids in DOWN.values() for number in ids
    }
    return {
        number: (verdict, worst.get(number, level))
        for number, (verdict, level) in expected.items()
        if (verdict, level) != (Verdict.OPEN, OK)
    }


def without_ok(said: Said) -> Said:
    return {n: one for n, one in said.items() if one != (Verdict.OPEN, OK)}


def at_issue(said: Said) -> Said:
    """What a watch begins with; of what is ok it speaks only when that changes."""
    return {number: one for number, one in said.items() if one[1] is not OK}


async def page_of(process) -> str:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while line := await process.stderr.readline():
            if b"serving_metrics" in line:
                return json.loads(line)["url"]
    raise AssertionError("it ended without serving anything")


async def scraped(url: str) -> dict[str, list[tuple[dict[str, str], float]]]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        families = text_string_to_metric_families(await answer.text())
        found: dict[str, list[tuple[dict[str, str], float]]] = {}
        for family in families:
            for sample in family.samples:
                found.setdefault(sample.name, []).append((sample.labels, sample.value))
        return found


def said_by_metrics(samples) -> Said:
    levels = {int(ls["entry_point"]): Level(int(v)) for ls, v in samples["wallboard_level"]}
    return {
        int(labels["entry_point"]): (
            Verdict(labels["wallboard_verdict"]),
            levels[int(labels["entry_point"])],
        )
        for labels, value in samples["wallboard_verdict"]
        if value
    }


ON_THE_WALL = re.compile(rf" (?P<label>{ANY_LABEL})\b.*? (?P<id>10\d\d) ")


def lines_on(app) -> list[str]:
    return [strip.text for strip in app.screen._compositor.render_strips()]


async def said_by_the_wall(pilot) -> Said:
    """What is on the screen: the verdict on each line, the level by the filter of the wall."""
    said: Said = {}
    for word, level in LEVELS.items():
        pilot.app.screen.use_filter(f"level:{word}")
        pilot.app.tick()
        await pilot.pause()
        for line in lines_on(pilot.app):
            if found := ON_THE_WALL.search(line):
                said[int(found["id"])] = (LABELS[found["label"]], level)
    return said


def said_by_text(out: str) -> Said:
    row = re.compile(r"(\w+) {2,}([A-Z ]+?) {2,}(\w+) +(\d{4}) ")
    found = map(row.match, out.splitlines())
    return {int(f[4]): (LABELS[f[2]], LEVELS[f[1]]) for f in found if f and f[1] in LEVELS}


def said_by_nagios(out: str) -> Said:
    """Its lines on all that is not ok, beside those of whole servers."""
    row = re.compile(r"(\w+): (\d{4}) ([A-Z ]+): .* \[\w+\]")
    found = map(row.fullmatch, out.splitlines())
    return {int(f[2]): (LABELS[f[3]], LEVELS[f[1]]) for f in found if f and f[1] in LEVELS}


async def holds_of_checks(place) -> None:
    text, as_json, as_csv, nagios = await asyncio.gather(
        *(place.ran("check", "--format", form) for form in ("text", "json", "csv", "nagios"))
    )
    assert {status for status, _ in (text, as_json, as_csv, nagios)} == {2}
    assert said_by_text(text[1]) == EXPECTED
    documents = json.loads(as_json[1])["entry_points"]
    for values in (documents, list(csv.DictReader(io.StringIO(as_csv[1])))):
        assert {
            int(one["id"]): (Verdict(one["verdict"]), LEVELS[one["level"]]) for one in values
        } == EXPECTED
    of_servers = {number for ids in DOWN.values() for number in ids}
    assert said_by_nagios(nagios[1]) == {
        number: one
        for number, one in EXPECTED.items()
        if one[1] is not OK and number not in of_servers
    }
    for name in DOWN:
        assert f"\nserver {name} unreachable: " in nagios[1]
    counts = Counter(level for _, level in EXPECTED.values())
    for level in Level:
        assert f"'{level.label}'={counts[level]};;;0;{len(EXPECTED)}" in nagios[1]


async def test_all_faces_say_the_same_of_every_entry_point(place):
    settings = load_config(place.config, os.environ)
    board = Board(entry_points_of(settings))
    app = WallboardApp(
        settings,
        feed_of(BoardId(str(place.config.resolve()))),
        board=board,
        state=Arrangement(density="compact"),
    )

    def statuses():
        return board.snapshot(time.time()).entry_points

    async def is_well():
        return all(
            s.judgement.verdict is Verdict.OPEN
            for key, s in statuses().items()
            if key.server not in {"tls", "dns", "proxy"}
        )

    async with app.run_test(size=(140, 60)) as pilot:
        await until(is_well)
        sentences = Lines(await place.start("watch", "--heartbeat", "0"), understand_sentence)
        documents = Lines(await place.start("watch", "--format=ndjson"), understand_document)
        metrics = await place.start("metrics", "--listen=0", "--log-format=json")
        url = await page_of(metrics)
        await sentences.until(lambda: any("polls in the last minute" in x for x in sentences.lines))
        await documents.until(lambda: any('"heartbeat"' in line for line in documents.lines))
        await place.strike()

        def is_struck():
            """Whether all is as expected; what is not is polled now, as with its key."""
            others = [
                key
                for key, s in statuses().items()
                if (s.judgement.verdict, s.judgement.level_at(time.time())) != EXPECTED[key.id]
                or (key.id == 1009 and not s.judgement.contradiction)
            ]
            for key in others:
                app.live.poll_now(key)
            return not others

        def statuses_of(number):
            return next(s for key, s in statuses().items() if key.id == number)

        await until(is_struck)
        await documents.until(lambda: documents.said == EXPECTED)
        await sentences.until(lambda: without_ok(sentences.said) == spoken(EXPECTED))

        async def metrics_agree():
            return said_by_metrics(await scraped(url)) == EXPECTED

        await until(metrics_agree)
        assert await said_by_the_wall(pilot) == EXPECTED
        # Whoever comes later is told the same.
        await holds_of_checks(place)
        late = Lines(await place.start("watch", "--heartbeat", "0"), understand_sentence)
        await late.until(lambda: at_issue(late.said) == at_issue(spoken(EXPECTED)))
        first = Lines(await place.start("watch", "--format=ndjson"), understand_document)
        await first.until(lambda: first.said == EXPECTED)
        events = [json.loads(line) for line in first.lines]
        marks = {one["id"]: one for one in events if one["event"] == "entry_point"}
        assert {n: mark for n, mark in MARKS.items() if not marks[n][mark]} == {}

        async def is_stale():
            return statuses_of(1023).judgement.stale(time.time())

        await until(is_stale)
        samples = (await scraped(url))["wallboard_stale"]
        assert ({"entry_point": "1023"}, 1.0) in [
            ({"entry_point": labels["entry_point"]}, value) for labels, value in samples
        ]
        causes = {f.cause for s in statuses().values() for e in s.state.endpoints.values()
                  if (f := e.failure)}  # fmt: skip
        causes |= {s.failure.cause for s in board.snapshot(time.time()).unreachable if s.failure}
        # A fault of our own cannot be scripted.
        assert causes == set(Cause) - {Cause.INTERNAL}
    verdicts = {verdict for verdict, _ in EXPECTED.values()}
    assert verdicts == set(Verdict) - {Verdict.WAITING}
    assert {level for _, level in EXPECTED.values()} == set(Level)
