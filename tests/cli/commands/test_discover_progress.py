"""How far a sweep is, in words."""

import io
import sys

import pytest

from wallboard.cli.commands.discover_sweep import LINE_SECONDS, progress
from wallboard.domain.discovery import Discovery


@pytest.mark.parametrize(
    ("asked", "rate"),
    [(0, ""), (5, "0.333/s"), (150, "10/s"), (3000, "200/s"), (45_000, "3,000/s")],
)
def test_a_line_says_the_rate_as_a_person_would_write_it(monkeypatch, asked, rate):
    said = io.StringIO()
    monkeypatch.setattr(sys, "stderr", said)
    found, times = Discovery(), iter([0.0, 0.0, *[LINE_SECONDS * 1.5] * 9])
    with progress(found, 60_000, lambda: next(times)) as shown:
        found.missing.update(range(asked))
        shown.heard()
    assert f"{asked:,} of 60,000 ids probed, 0 found" in said.getvalue()
    assert rate in said.getvalue()
    assert "e+" not in said.getvalue()
