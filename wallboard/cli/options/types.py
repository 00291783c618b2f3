"""The numbers that options take."""

import math
from typing import Any

import click


class Number(click.FloatRange):
    """A finite number within limits; ``nan`` is within all of them, and ``inf`` within many."""

    name = "number"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's own signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """The number of a word. Raises ``click.BadParameter``."""
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a valid {self.name}.", param, ctx)
        return number


class WholeNumber(click.IntRange):
    """A whole number within limits."""

    name = "whole number"
