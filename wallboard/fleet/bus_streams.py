"""The streams and buckets of a fleet: how large they may get, and for how long they keep what."""

from typing import Any

from wallboard.fleet import names
from wallboard.frozen import frozen

MIB = 1024 * 1024

LARGEST_MESSAGE = MIB
"""Bytes; a larger one is not looked at."""

REPEATED_SECONDS = 120.0
"""How long the bus knows a message again by its id."""

SMALLER = (1, 2, 4, 8, 16, 32, 64)
"""By what the sizes are divided where the disk of the bus is too small for them."""


@frozen
class StreamPlan:
    """A stream as a collector makes it; ``seconds`` is how long it keeps a message, 0 for ever."""

    name: str
    subjects: str
    seconds: float
    size: int
    bucket: str = ""


def stream_plans(lease_seconds: float) -> tuple[StreamPlan, ...]:
    """All that a fleet needs, in the order in which a small disk is shared out."""
    return (
        _bucket(names.LEASE, lease_seconds, MIB),
        _bucket(names.MEMBERS, 15.0, 4 * MIB),
        _bucket(names.LAST, 0.0, 128 * MIB),
        StreamPlan(names.LEDGER, f"{names.PREFIX}.ledger.>", 400 * 86_400.0, 128 * MIB),
        StreamPlan(names.OBSERVATIONS, f"{names.PREFIX}.observations.>", 3600.0, 256 * MIB),
    )


def _bucket(bucket: str, seconds: float, size: int) -> StreamPlan:
    return StreamPlan(bucket_stream(bucket), f"$KV.{bucket}.>", seconds, size, bucket)


def bucket_stream(bucket: str) -> str:
    """The stream behind a bucket."""
    return f"KV_{bucket}"


def lease_subject(key: str) -> str:
    """The subject on which a lease is taken, renewed and, without data, given back."""
    return f"$KV.{names.LEASE}.{key}"


def config_of(plan: StreamPlan, smaller: int = 1) -> dict[str, Any]:
    """A stream as the API of JetStream takes it; its times are in nanoseconds."""
    config: dict[str, Any] = {
        "name": plan.name,
        "subjects": [plan.subjects],
        "retention": "limits",
        "storage": "file",
        "discard": "old",
        "max_age": round(plan.seconds * 1e9),
        "max_bytes": plan.size // smaller,
        "duplicate_window": round(_repeated(plan) * 1e9),
        "allow_direct": True,
    }
    if plan.bucket:
        # As every client of NATS makes a bucket.
        config |= {
            "discard": "new",
            "max_msgs_per_subject": 1,
            "allow_rollup_hdrs": True,
            "deny_delete": True,
        }
    return config


def mirror_of(plan: StreamPlan, domain: str, smaller: int = 1) -> dict[str, Any]:
    """A stream that keeps what the one of another domain keeps, with the same numbers."""
    config = config_of(plan, smaller)
    for key in ("subjects", "duplicate_window"):
        del config[key]
    config["discard"] = "old"
    config["mirror"] = {"name": plan.name, "external": {"api": f"$JS.{domain}.API"}}
    return config


def _repeated(plan: StreamPlan) -> float:
    return min(REPEATED_SECONDS, plan.seconds) if plan.seconds else REPEATED_SECONDS
