"""Policies as text, so that a replay judges as the board did."""

import json

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.policy import ButtonPolicy, Level, Policy, Thresholds, Verdict
from wallboard.recorder.errors import DamagedError
from wallboard.recorder.file.columns import ENDPOINT, Shape, json_of, number, optional, word

INTERVAL = number(1e-6, 1e9)
"""Seconds between two polls."""

_PARTS = {"thresholds": dict, "levels": dict, "button": list}
_THRESHOLDS = frozenset(Thresholds.__dataclass_fields__)
_VERDICTS = {verdict.value: verdict for verdict in Verdict}
_LEVELS = {level.label: level for level in Level}
_FIGURE = number(-1e15, 1e15)

_INTERVAL = Shape("policy", interval=INTERVAL)
_BUTTON = Shape("policy.button", rule=ENDPOINT, max_wait=_FIGURE, max_queue=_FIGURE)
_LIMITS = Shape("policy.thresholds", **dict.fromkeys(sorted(_THRESHOLDS), optional(_FIGURE)))
_LEVELS_OF_ALL = Shape("policy.levels", **dict.fromkeys(_VERDICTS, word(_LEVELS)))


def policy_text(policy: Policy) -> str:
    """A policy as JSON."""
    thresholds, button = policy.thresholds, policy.button
    return json.dumps(
        {
            "interval": policy.interval,
            "thresholds": {
                name: getattr(thresholds, name) for name in Thresholds.__dataclass_fields__
            },
            "levels": {verdict.value: level.label for verdict, level in policy.levels.items()},
            "button": [button.rule.value, button.max_wait, button.max_queue],
        },
        separators=(",", ":"),
    )


def policy_of(text: str, whose: str) -> Policy:
    """The policy of such a text. Raises ``DamagedError``, which says ``whose`` it is."""
    what = f"the policy of {whose}"
    table = json_of(text, what)
    if not isinstance(table, dict) or any(type(table.get(n)) is not k for n, k in _PARTS.items()):
        raise DamagedError(f"{what} is incomplete")
    thresholds, levels = table["thresholds"], table["levels"]
    if not thresholds.keys() <= _THRESHOLDS or levels.keys() != _VERDICTS.keys():
        raise DamagedError(f"{what} lacks a level, or has an unknown threshold")
    (interval,) = _INTERVAL.checked([table.get("interval")])
    rule, max_wait, max_queue = _BUTTON.checked(table["button"])
    _LIMITS.checked(list(thresholds.values()) + [None] * (len(_THRESHOLDS) - len(thresholds)))
    _LEVELS_OF_ALL.checked(list(levels.values()))
    return Policy(
        interval=interval,
        thresholds=Thresholds(**thresholds),
        levels={_VERDICTS[name]: _LEVELS[label] for name, label in levels.items()},
        button=ButtonPolicy(Endpoint(rule), max_wait, max_queue),
    )
