"""Policies as text, so that a replay judges as the board did."""

import json

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.policy import ButtonPolicy, Level, Policy, Thresholds, Verdict


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


def policy_of(text: str) -> Policy:
    """The policy of such a text."""
    table = json.loads(text)
    rule, max_wait, max_queue = table["button"]
    levels = {level.label: level for level in Level}
    return Policy(
        interval=table["interval"],
        thresholds=Thresholds(**table["thresholds"]),
        levels={Verdict(name): levels[label] for name, label in table["levels"].items()},
        button=ButtonPolicy(Endpoint(rule), max_wait, max_queue),
    )
