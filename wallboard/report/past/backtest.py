"""What rules of alarms would have raised in a window, side by side, as text and as JSON.

The shape of the JSON is a promise.
"""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wallboard.domain.endpoint import EntryPoint
from wallboard.domain.foreign_text import safe
from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.policy import Verdict
from wallboard.domain.raised_alarm import (
    AlarmFigures,
    AlarmSum,
    RaisedAlarm,
    alarm_figures,
    alarm_sums,
    without_counterpart,
)
from wallboard.domain.time_span import span
from wallboard.frozen import frozen
from wallboard.report.past.past import Window
from wallboard.report.words.alarms import whose_alarm
from wallboard.report.words.changes import CAUSE_WORDS
from wallboard.report.words.figures import clock_in, times, window_in, zone_of
from wallboard.report.words.rows import whose
from wallboard.report.words.table import table

MOST_SUMS = 10
"""Entry points and servers that are listed, those with the most alarms first."""

MOST_MISSED = 5
"""Alarms that are listed which only one of two sets of rules raises, the longest first."""

NIGHT = (22, 6)
"""From which hour to which it is night, in local time."""

DAY_SECONDS = 86_400.0

EntryPoints = Mapping[AlarmKey, EntryPoint]


@frozen
class Tried:
    """One set of rules, what it is called, and the alarms it would have raised in a window."""

    name: str
    window: Window
    alarms: Sequence[RaisedAlarm]

    @property
    def figures(self) -> AlarmFigures:
        """Its alarms, counted."""
        since, until = self.window.since, self.window.until
        return alarm_figures(self.alarms, since, until, at_night=at_night)

    @property
    def sums(self) -> list[AlarmSum]:
        """Its alarms by whose they are, the most first."""
        return alarm_sums(self.alarms, self.window.since, self.window.until)

    def not_in(self, other: "Tried") -> list[RaisedAlarm]:
        """Its alarms without a counterpart among those of other rules, the longest first."""
        since, until = self.window.since, self.window.until
        found = list(without_counterpart(self.alarms, other.alarms, until))
        return sorted(found, key=lambda one: -one.seconds(since, until))


def at_night(at: float) -> bool:
    """Whether it is night on this machine, Unix time in seconds."""
    hour = time.localtime(at).tm_hour
    return hour >= NIGHT[0] or hour < NIGHT[1]


def backtest_lines(
    tried: Sequence[Tried], entry_points: EntryPoints, recorded_seconds: float
) -> Iterator[str]:
    """The report, none of its lines with a line break; with two sets of rules their difference."""
    names = {key: whose(one) for key, one in entry_points.items()}
    window = tried[0].window
    words = window_in(window.since, window.until)
    yield f"{words}, {span(recorded_seconds)} of it recorded"
    yield ""
    heads = ["", *(safe(one.name) for one in tried)]
    yield from table(heads, list(_figure_rows(tried)), right=frozenset(heads[1:]))
    sums = list(_sum_rows(tried, names))
    if sums:
        yield ""
        heads[0] = "MOST ALARMS"
        yield from table(heads, sums, right=frozenset(heads[1:]))
    if len(tried) > 1:
        first, second = tried
        yield from _missed(first, second, names)
        yield from _missed(second, first, names)


def _figure_rows(tried: Sequence[Tried]) -> Iterator[Sequence[str]]:
    figures = [one.figures for one in tried]
    window = tried[0].window
    days = max(window.recorded_seconds, 1.0) / DAY_SECONDS
    night = f"at night ({NIGHT[0]}:00-{NIGHT[1]:02}:00)"

    def counts(what: str, *values: int) -> Sequence[str]:
        return [what, *(f"{value:,}" for value in values)]

    def spans(what: str, *values: float) -> Sequence[str]:
        return [what, *(span(value) for value in values)]

    yield counts("alarms", *(one.alarms for one in figures))
    yield ["  a recorded day", *(f"{one.alarms / days:.1f}" for one in figures)]
    yield counts("  of servers", *(one.of_servers for one in figures))
    yield counts("  shorter than 2 minutes", *(one.brief for one in figures))
    yield counts(f"  {night}", *(one.at_night for one in figures))
    yield counts("  chattering", *(one.chattering for one in figures))
    yield counts("  most in 10 minutes", *(one.together for one in figures))
    yield counts("stood already", *(one.stood_before for one in figures))
    yield spans("time in alarm", *(one.seconds for one in figures))
    yield spans("  median", *(one.median_seconds for one in figures))
    yield spans("  longest", *(one.longest_seconds for one in figures))


def _sum_rows(tried: Sequence[Tried], names: Mapping[AlarmKey, str]) -> Iterator[Sequence[str]]:
    sums = [{one.key: one for one in of.sums} for of in tried]
    keys = dict.fromkeys(key for of in sums for key in list(of)[:MOST_SUMS])
    by_worst = sorted(keys, key=lambda key: -max(of[key].alarms for of in sums if key in of))
    for key in by_worst[:MOST_SUMS]:
        yield [whose_alarm(key, names), *(_sum_words(of.get(key)) for of in sums)]


def _sum_words(one: AlarmSum | None) -> str:
    if one is None:
        return "0"
    chattering = ", chattering" if one.chattering else ""
    return f"{one.alarms:,} for {span(one.seconds)}{chattering}"


def _missed(one: Tried, other: Tried, names: Mapping[AlarmKey, str]) -> Iterator[str]:
    """What only one of two sets of rules raises."""
    only = one.not_in(other)
    if not only:
        return
    since, until = one.window.since, one.window.until
    zone = zone_of(until)
    yield ""
    yield f"ONLY {safe(one.name)} ({len(only):,}), LOCAL {zone}"
    for alarm in only[:MOST_MISSED]:
        words = [
            f"  {clock_in(alarm.raised_at, until, zone)}",
            f"{span(alarm.seconds(since, until)):>6}",
            _verdict(alarm),
            whose_alarm(alarm.key, names),
        ]
        yield "  ".join(words)
    if len(only) > MOST_MISSED:
        yield f"  and {len(only) - MOST_MISSED:,} shorter ones"


def _verdict(alarm: RaisedAlarm) -> str:
    if alarm.verdict in set(Verdict):
        return Verdict(alarm.verdict).label
    return CAUSE_WORDS.get(alarm.verdict) or safe(alarm.verdict)


def backtest_json(
    tried: Sequence[Tried], entry_points: EntryPoints, recorded_seconds: float
) -> Iterator[str]:
    """The document in pieces of ASCII, an alarm a line."""
    window = tried[0].window
    head = {
        **times("since", window.since),
        **times("until", window.until),
        "recorded_seconds": recorded_seconds,
        "night": [f"{hour:02}:00" for hour in NIGHT],
    }
    yield f'{json.dumps(head)[:-1]}, "rules": ['
    for number, one in enumerate(tried):
        yield from _rules_json(one, tried, entry_points, "," if number else "")
    yield "]}\n"


def _rules_json(
    one: Tried, tried: Sequence[Tried], entry_points: EntryPoints, comma: str
) -> Iterator[str]:
    figures = one.figures
    head = {
        "name": one.name,
        "alarms_raised": figures.alarms,
        "of_servers": figures.of_servers,
        "shorter_than_2_minutes": figures.brief,
        "at_night": figures.at_night,
        "chattering": figures.chattering,
        "most_in_10_minutes": figures.together,
        "stood_already": figures.stood_before,
        "seconds": figures.seconds,
        "median_seconds": figures.median_seconds,
        "longest_seconds": figures.longest_seconds,
        "worst": [
            {
                **_whose(sum_.key, entry_points),
                "alarms": sum_.alarms,
                "seconds": sum_.seconds,
                "chattering": sum_.chattering,
            }
            for sum_ in one.sums[:MOST_SUMS]
        ],
    }
    yield f'{comma}\n{json.dumps(head)[:-1]}, "alarms": ['
    only = {id(alarm) for other in tried if other is not one for alarm in one.not_in(other)}
    for number, alarm in enumerate(one.alarms):
        values = {
            **_whose(alarm.key, entry_points),
            **times("onset", alarm.onset),
            **times("raised_at", alarm.raised_at),
            **times("over_at", alarm.over_at),
            "level": alarm.level.label,
            "verdict": alarm.verdict,
            "chattering": alarm.chattering,
            "only_here": id(alarm) in only,
        }
        yield f"{',' if number else ''}\n {json.dumps(values, allow_nan=False)}"
    yield "]}"


def _whose(key: AlarmKey, entry_points: EntryPoints) -> dict[str, Any]:
    known = entry_points.get(key)
    return {"server": key.server, "id": key.id, "name": known.name if known else None}
