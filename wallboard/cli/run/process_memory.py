"""How the process takes and returns memory."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager, suppress

GC_THRESHOLDS = (5_000, 2, 600)
"""Objects between two young collections, and young and old ones between two older ones.

Nothing is painted meanwhile, so each is short: a full one still comes after nine million objects.
"""

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Names of what glibc lets a process choose, from its ``malloc.h``."""

LARGE_BYTES = 256 * 1024


def collect_seldom() -> None:
    """Have the collector look less often: hardly anything a poll makes is garbage in a circle."""
    gc.set_threshold(*GC_THRESHOLDS)


@contextmanager
def loading() -> Iterator[None]:
    """Have the collector pass over what is loaded, now and later: all of it stays."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def share_heap() -> None:
    """Have all threads allocate from one heap, and large blocks be returned at once.

    Otherwise glibc gives each thread a heap of its own, and what one thread has freed no other can
    use. Where the C library is another one, nothing changes.
    """
    import ctypes

    with suppress(AttributeError, OSError, TypeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_ARENA_MAX, 1)
        mallopt(_MMAP_THRESHOLD, LARGE_BYTES)
        mallopt(_TRIM_THRESHOLD, LARGE_BYTES)
