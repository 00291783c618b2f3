"""The alarms of one board through every face: they agree on states and counts."""

import csv
import io
import json
from collections import Counter

from prometheus_client.parser import text_string_to_metric_families
from waiting import until

from wallboard.config import load_config
from wallboard.config.state_folder import BoardId
from wallboard.domain.alarm import AlarmState
from wallboard.domain.ledger_row import AlarmKey
from wallboard.feeds.shared import SharedFeed
from wallboard.live import LiveBoard
from wallboard.report.metrics.page import page

DOWN = '[queue]\nload = 0.1\n[[fault]]\nkind = "service_not_running"\nentry_points = "1000-1002"\n'
COUNTED = (AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED, AlarmState.SHELVED)
STATES = {
    1000: AlarmState.UNACKNOWLEDGED,
    1001: AlarmState.ACKNOWLEDGED,
    1002: AlarmState.SHELVED,
    1003: AlarmState.NORMAL,
}


def shown(live):
    alarms = live.snapshot().alarms
    states = {number: alarms.get(AlarmKey("prod", number)) for number in STATES}
    return {number: one.state if one else AlarmState.NORMAL for number, one in states.items()}


def counted(states):
    counts = Counter(states.values())
    return {str(state): counts[state] for state in COUNTED}


async def test_every_face_tells_the_same_alarms(wallboard, simulated, tmp_path):
    simulator = await simulated(DOWN, entry_points=4)
    points = "".join(f"[[server.entry_point]]\nid = {number}\n" for number in STATES)
    file = tmp_path / "wallboard.toml"
    file.write_text(
        f'record = "r.db"\ninterval = 0.3\n[alarm]\nraise_for = 0.2\n'
        f'[[server]]\nname = "prod"\nurl = "{simulator.url}"\n{points}'
    )
    live = LiveBoard(load_config(file, {}), lambda polled: SharedFeed(polled, BoardId("faces")))
    async with live:
        calls = dict.fromkeys((1000, 1001, 1002), AlarmState.UNACKNOWLEDGED)
        await until(lambda: shown(live) == {**calls, 1003: AlarmState.NORMAL})
        files = [tmp_path / "r.db", tmp_path / "r.ledger"]
        await until(lambda: all(one.exists() for one in files))
        assert (await wallboard("alarms", "ack", "1001", "--why", "on it")).status == 0
        shelved = await wallboard("alarms", "shelve", "1002", "--for", "1h", "--yes")
        assert shelved.status == 0
        await until(lambda: shown(live) == STATES)
        told = json.loads((await wallboard("alarms", "list", "--format", "json")).out)
        assert {one["id"]: one["state"] for one in told["alarms"]} == {
            number: str(state) for number, state in STATES.items() if number != 1003
        }
        expected = counted(STATES)
        assert told["counts"] == expected
        metrics = page(live.snapshot(), {}, openmetrics=False).decode()
        assert {
            sample.labels["state"]: int(sample.value)
            for family in text_string_to_metric_families(metrics)
            for sample in family.samples
            if sample.name == "wallboard_alarms" and sample.labels["state"] in expected
        } == expected
        for form in ("json", "csv"):
            out = (await wallboard("check", "--format", form)).out
            rows = csv.DictReader(io.StringIO(out, newline="")) if form == "csv" else ()
            checked = {int(row["id"]): row["alarm"] or "normal" for row in rows} or {
                one["id"]: one["alarm"]["state"] if one["alarm"] else "normal"
                for one in json.loads(out)["entry_points"]
            }
            assert checked == {number: str(state) for number, state in STATES.items()}
        watched = await wallboard("watch", "--format", "ndjson", "--for", "1")
        lines = [json.loads(line) for line in watched.out.splitlines()]
        assert {
            one["id"]: one["alarm"]["state"] if one["alarm"] else "normal"
            for one in lines
            if one["event"] == "entry_point"
        } == {number: str(state) for number, state in STATES.items()}

        async def kept():
            return json.loads((await wallboard("status", "--format", "json")).out)["alarms"]

        for _ in range(20):  # what a glance sees is kept a second later at most
            if {name: (found := await kept())[name] for name in expected} == expected:
                break
        assert {name: found[name] for name in expected} == expected
        handover = await wallboard("handover", "--since", "5m", "--format", "json")
        assert {
            one["id"]: one["acknowledged_by"] is not None
            for one in json.loads(handover.out)["incidents"]
        } == {1000: False, 1001: True, 1002: False}
