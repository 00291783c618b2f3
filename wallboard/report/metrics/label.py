"""Texts as label values, which a metrics server stores with each of its series."""

from functools import lru_cache
from hashlib import sha256

from wallboard.domain.foreign_text import safe

MOST_CHARACTERS = 120


@lru_cache(maxsize=8192)
def label(text: str) -> str:
    """The text as a label value.

    A changed one ends in a digest of the original, so that two names never become the same label.
    """
    shown = safe(text)
    if shown == text and len(text) <= MOST_CHARACTERS:
        return text
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{shown[:MOST_CHARACTERS]}…{digest}"
