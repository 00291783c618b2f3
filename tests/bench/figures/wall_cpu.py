"""CPU the wall takes to draw, against a widget for each tile, and against itself with more."""

import json

from tests.bench.figure import Figure, Pace
from tests.bench.processes import environment, medians, program, result_file
from tests.bench.terminal import on_a_terminal

FEW, MANY, WIDGETS = 60, 10_000, 1000
SETTLE_SECONDS = 4
WIDGETS_SETTLE_SECONDS = 8
LIMIT_SECONDS = 180


def measure(pace: Pace) -> list[Figure]:
    """What is drawn was folded and judged before the start: only drawing is measured."""
    few, many, widgets = [], [], []
    for _ in range(pace.runs):
        few.append(_cpu("draw_wall", FEW, SETTLE_SECONDS, pace.seconds, "moving"))
        widgets.append(_cpu("draw_widgets", WIDGETS, WIDGETS_SETTLE_SECONDS, pace.seconds))
        many.append(_cpu("draw_wall", MANY, SETTLE_SECONDS, pace.seconds, "moving"))
    ours = medians(few)["cpu_ms_per_second"]
    return [
        Figure(
            name="wall_cpu",
            what="CPU a second of the wall at 200×50, 60 entry points changing each second",
            unit="ms/s",
            measured=ours,
            against=medians(widgets)["cpu_ms_per_second"],
            against_what="a Textual app with 1,000 widgets, one a tile",
            reach=0.06,
        ),
        Figure(
            name="wall_cpu_10000",
            what="the same with 10,000 entry points",
            unit="ms/s",
            measured=medians(many)["cpu_ms_per_second"],
            against=ours,
            against_what="the wall with 60",
            reach=1.5,
        ),
    ]


def _cpu(name: str, *arguments: object) -> dict[str, float]:
    with (
        result_file() as (path, variables),
        on_a_terminal(program(name, *arguments), environment(**variables)) as terminal,
    ):
        terminal.read_for(LIMIT_SECONDS)
        if not path.exists():
            raise RuntimeError(f"{name} reported nothing:\n{terminal.screen_text()}")
        return json.loads(path.read_text())
