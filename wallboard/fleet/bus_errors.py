"""What can go wrong with the bus, as sentences."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from wallboard.domain.foreign_text import brief

ANSWER_SECONDS = 4.0
"""How long the bus may take to answer."""

NO_ANSWER = f"no answer within {ANSWER_SECONDS:g} s"

EXTRA = 'pip install "wallboard[fleet]"'

EXISTS, MISSING = 10058, 10059
OVERTAKEN = frozenset({10071, 10164})
FULL = frozenset({10002, 10023, 10028, 10047})
WITHOUT_JETSTREAM = frozenset({10039, 10076})
"""Numbers of errors of JetStream."""

LOST = "the connection was lost"

UNANSWERED = -1
"""In their place: nobody takes such requests."""

REFUSED = "the bus refuses"
_FULL = "the bus has no space left: look at its disk, and at the limits of its streams"
_NO_JETSTREAM = (
    "the bus has no JetStream, or none in reach with the name that `domain` says: "
    "start nats-server with --jetstream"
)

_BY_CODE = {
    MISSING: "the bus has no streams of a fleet yet; a collector makes them",
    **dict.fromkeys(FULL, _FULL),
    **dict.fromkeys(WITHOUT_JETSTREAM, _NO_JETSTREAM),
}
_BY_WORDS = (
    ("authorization violation", f"{REFUSED} this user: check user, password and nkey"),
    ("authentication revoked", f"{REFUSED} this user, whom it took before"),
    ("authentication expired", f"{REFUSED} this user, whom it took before"),
    ("authentication timeout", "the bus waited in vain for user and password: the link is slow"),
    ("maximum connections exceeded", "the bus has as many clients as it takes"),
    ("maximum bytes exceeded", _FULL),
    ("insufficient", _FULL),
    ("no space left", _FULL),
)


class BusError(Exception):
    """The bus did not do what was asked of it; the sentence says why, ``code`` is JetStream's."""

    def __init__(self, sentence: str, code: int = 0) -> None:
        super().__init__(sentence)
        self.code = code


class OvertakenError(BusError):
    """Somebody else has kept something newer."""


class LeaseLostError(BusError):
    """Somebody else has the lease, or nobody any more."""


class NotAllowedError(BusError):
    """The bus does not let this user do that."""


class RefusedError(BusError):
    """The bus does not take this user."""


def error_of(answer: dict[str, Any]) -> BusError | None:
    """The error in an answer of JetStream, if there is one."""
    error = answer.get("error")
    if error is None:
        return None
    found = error if isinstance(error, dict) else {}
    words, code = str(found.get("description", "the bus says no")), found.get("err_code")
    code = code if isinstance(code, int) else 0
    return BusError(_BY_CODE.get(code) or _sentence(words), code)


def denied(words: str) -> tuple[str, str]:
    """What a user may not do, as a sentence, and the subject; nothing for another error.

    The words of the server come in lower case: ``permissions violation for publish to "a.b"``.
    """
    _, found, rest = words.partition("permissions violation for ")
    verb, _, subject = rest.partition(" to ")
    subject = subject.strip("\"' ").partition('"')[0]
    if not found or not subject:
        return "", ""
    verb = "subscribe" if verb.startswith("subscription") else "publish"
    return f"the bus does not let this user {verb} to {brief(subject)}", subject


@contextmanager
def said() -> Iterator[None]:
    """Have whatever the client raises come as ``BusError``."""
    import nats.errors

    try:
        yield
    except BusError:
        raise
    except nats.errors.NoRespondersError:
        raise BusError(_NO_JETSTREAM, UNANSWERED) from None
    except (nats.errors.Error, TimeoutError, OSError, ValueError) as error:
        raise BusError(words_of(error)) from None


def words_of(error: BaseException) -> str:
    """What an exception of the client says, for people."""
    if isinstance(error, TimeoutError):
        return NO_ANSWER
    if isinstance(error, OSError) and error.errno and error.errno > 0:
        return os.strerror(error.errno).lower()
    return _sentence(str(error) or type(error).__name__)


def _sentence(words: str) -> str:
    words = brief(words.removeprefix("nats: ").strip("'"))
    return next((said for part, said in _BY_WORDS if part in words.lower()), words)
