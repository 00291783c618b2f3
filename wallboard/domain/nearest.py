"""The known word that was probably meant by another one."""

from collections.abc import Sequence
from difflib import get_close_matches

LONGEST_SOUGHT = 60
"""Characters of a word that are looked at."""


def nearest(word: str, known: Sequence[str]) -> str:
    """The end of a sentence: the known word that was probably meant, or all known words."""
    folded = {name.lower(): name for name in known}
    close = get_close_matches(word[:LONGEST_SOUGHT].lower(), folded, n=1)
    if close:
        return f'did you mean "{folded[close[0]]}"?'
    return f"known: {', '.join(known)}"
