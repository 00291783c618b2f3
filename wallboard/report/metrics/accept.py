"""Which of the formats and encodings that can be served a scrape prefers."""

OPENMETRICS = "application/openmetrics-text"
PLAIN = "text/plain"


def wants_openmetrics(accept: str) -> bool:
    """Whether an ``Accept`` header ranks OpenMetrics first; whoever says nothing gets text."""
    quality = _best(accept, {OPENMETRICS}, "1.0.0")
    return quality > 0 and quality >= _best(accept, {PLAIN, "text/*", "*/*"}, "")


def takes_gzip(accept_encoding: str) -> bool:
    """Whether an ``Accept-Encoding`` header allows gzip."""
    return _best(accept_encoding, {"gzip"}, "") > 0


def _best(header: str, kinds: set[str], version: str) -> float:
    """The highest quality at which one of the kinds is asked for, in that version if one is named.

    0 where none is.
    """
    best = 0.0
    for choice in header.split(","):
        kind, *parameters = (part.strip().lower() for part in choice.split(";"))
        named = dict(part.split("=", 1) for part in parameters if "=" in part)
        if kind in kinds and version in {"", named.get("version", version)}:
            best = max(best, _quality(named.get("q", "1")))
    return best


def _quality(text: str) -> float:
    try:
        quality = float(text)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0
