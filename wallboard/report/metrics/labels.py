"""Label values from names that came from a config: short, on one line, and still told apart."""

from functools import lru_cache
from hashlib import sha256

from wallboard.domain.endpoint import EntryPoint
from wallboard.domain.foreign_text import safe

MOST_CHARACTERS = 120
"""Longer names would cost a metrics server that much in every one of their series."""


@lru_cache(maxsize=8192)
def label(text: str) -> str:
    """The text as a label value.

    One that had to be changed ends in a digest of all of it, so that two names never become one.
    """
    shown = safe(text)
    if shown == text and len(text) <= MOST_CHARACTERS:
        return text
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{shown[:MOST_CHARACTERS]}…{digest}"


def entry_point_labels(entry_point: EntryPoint) -> tuple[str, str, str, str]:
    """The values of ``ENTRY_POINT_LABELS``, in their order."""
    key = entry_point.key
    return label(key.server), str(key.id), label(entry_point.name), label(entry_point.group)
