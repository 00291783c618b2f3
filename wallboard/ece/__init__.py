"""The ECE chat entry-point protocol: the endpoint table, decoding and the HTTP client."""

import sys

# httpx brings a command line of its own and, with it, Rich and Pygments: a tenth of our start and
# some mebibytes that nobody asks for. Without it httpx does as where those are not installed.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # the way to refuse an import
