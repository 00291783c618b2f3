"""What a monitoring system is told: the servers, their entry points, and how to check them."""

import re
from hashlib import sha256
from shlex import join

from wallboard import __version__
from wallboard.domain.endpoint import EntryPoint
from wallboard.domain.foreign_text import safe
from wallboard.frozen import frozen
from wallboard.report.words.rows import whose

TIMEOUT_SECONDS = 50
"""Of a check; the systems are told to wait ten seconds longer."""

INTERVAL_SECONDS = 60
RETRY_SECONDS = 30

_PLAIN = re.compile(r"[^A-Za-z0-9_.-]+")
_DIGEST = 8


@frozen
class Call:
    """How the program is called; ``selection`` are the words that choose entry points."""

    program: str
    config: str
    selection: tuple[str, ...] = ()

    def check(self, form: str, *, timeout: int = TIMEOUT_SECONDS) -> tuple[str, ...]:
        """The words of a check of all that is selected, in a format."""
        return (*self.start(form, timeout), *self.selection)

    def start(self, form: str, timeout: int = TIMEOUT_SECONDS) -> tuple[str, ...]:
        """The same without what is checked."""
        words = ("check", "--config", self.config, "--format", form, "--timeout", str(timeout))
        return (self.program, *words)


@frozen
class Site:
    """Each server's name with its address, and all entry points to watch."""

    servers: tuple[tuple[str, str], ...]
    entry_points: tuple[EntryPoint, ...]
    call: Call


def chosen(entry_point: EntryPoint) -> tuple[str, ...]:
    """The words that choose one entry point, whatever its server is called."""
    return (f"--server={entry_point.key.server}", str(entry_point.key.id))


def title(entry_point: EntryPoint) -> str:
    """The entry point as people know it."""
    return safe(f"Chat {whose(entry_point)}")


def object_name(name: str) -> str:
    """A name in letters, digits and ``_.-`` alone; changed ones end in a digest and stay apart."""
    plain = _PLAIN.sub("_", name)
    if plain == name:
        return name
    return f"{plain}-{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:_DIGEST]}"


def host_name(server: str) -> str:
    """The object of a server."""
    return f"wallboard-{object_name(server)}"


AGAIN = "Make it again when entry points come or go."


def heading(system: str, place: str) -> tuple[str, ...]:
    """The comment that each file begins with, without its comment signs."""
    return (f"Made by `wallboard monitoring {system}`, wallboard {__version__}.", f"For {place}.")


def commented(lines: tuple[str, ...], sign: str = "#") -> str:
    """Lines as comments."""
    return "".join(f"{sign} {line}\n" for line in lines)


def shell(words: tuple[str, ...]) -> str:
    """Words as a shell takes them."""
    return join(words)
