"""Findings about TLS with a server and about its certificate."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address

from wallboard.domain.doctor import Fact, Finding, Step
from wallboard.domain.foreign_text import brief
from wallboard.domain.policy import Level
from wallboard.ece.probe.wire import Peer
from wallboard.frozen import frozen
from wallboard.settings import ServerSettings

MOST_NAMES = 50
_EXPLICIT_VERSION, _EXTENSIONS = 0xA0, 0xA3
_UTC_TIME = 0x17
_DNS_NAME, _IP_ADDRESS = 0x82, 0x87
_COMMON_NAME, _ORGANIZATION = b"\x55\x04\x03", b"\x55\x04\x0a"
_ALTERNATIVE_NAMES = b"\x55\x1d\x11"
_BMP_STRING = 0x1E


@frozen
class Certificate:
    """Times are Unix time in seconds; texts are safe to show."""

    subject: str
    issuer: str
    self_signed: bool
    names: tuple[str, ...]
    not_before: float
    not_after: float

    def in_force(self, at: float) -> bool:
        """Whether it can be valid at a moment."""
        return self.not_before <= at <= self.not_after


def read_certificate(der: bytes) -> Certificate:
    """The content of a certificate in DER. Raises ``ValueError`` if it cannot be read."""
    try:
        return _read(der)
    except (IndexError, StopIteration, OverflowError) as error:
        raise ValueError("no certificate") from error


def _read(der: bytes) -> Certificate:
    signed = _inside(_inside(der))
    fields = list(_parts(signed))
    if fields[0][0] == _EXPLICIT_VERSION:
        del fields[0]
    _, _, (_, issuer), (_, validity), (_, subject), _, *rest = fields
    begins, ends = map(_time, _parts(validity))
    extensions = next((content for tag, content in rest if tag == _EXTENSIONS), b"")
    return Certificate(
        subject=_name(subject),
        issuer=_name(issuer),
        self_signed=issuer == subject,
        names=tuple(_alternative_names(extensions))[:MOST_NAMES],
        not_before=begins,
        not_after=ends,
    )


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The tags and contents of consecutive elements."""
    at = 0
    while at < len(data):
        tag, length = data[at], data[at + 1]
        at += 2
        if length & 0x80:
            count = length & 0x7F
            length = int.from_bytes(data[at : at + count], "big")
            at += count
            if not 0 < count <= 4:
                raise ValueError("an impossible length")
        if at + length > len(data):
            raise ValueError("cut short")
        yield tag, data[at : at + length]
        at += length


def _inside(data: bytes) -> bytes:
    """The content of the first element."""
    return next(_parts(data))[1]


def _time(part: tuple[int, bytes]) -> float:
    tag, content = part
    form = "%y%m%d%H%M%SZ" if tag == _UTC_TIME else "%Y%m%d%H%M%SZ"
    return datetime.strptime(content.decode("ascii"), form).replace(tzinfo=UTC).timestamp()


def _name(content: bytes) -> str:
    """The common name, else the organization, else nothing."""
    found: dict[bytes, str] = {}
    for _, group in _parts(content):
        for _, pair in _parts(group):
            (_, kind), (tag, value) = _parts(pair)
            coding = "utf-16-be" if tag == _BMP_STRING else "utf-8"
            found[kind] = brief(value.decode(coding, "replace"), 80)
    return found.get(_COMMON_NAME) or found.get(_ORGANIZATION) or ""


def _alternative_names(extensions: bytes) -> Iterator[str]:
    for _, extension in _parts(_inside(extensions)) if extensions else ():
        (_, kind), *_, (_, value) = _parts(extension)
        if kind != _ALTERNATIVE_NAMES:
            continue
        for tag, content in _parts(_inside(value)):
            if tag == _DNS_NAME:
                yield brief(content.decode("ascii", "replace"), 80)
            elif tag == _IP_ADDRESS:
                yield str(ip_address(content))


SOON_DAYS = 14
_DAY_SECONDS = 86_400.0
_FEW_NAMES = 3


def without(server: ServerSettings) -> str:
    """Why the checked connection has no TLS."""
    if not server.url.lower().startswith("https:"):
        return "Not used: plain http, so nothing is encrypted."
    return "Not checked: through a proxy the certificate is only seen by the requests themselves."


def accepted(peer: Peer, server: ServerSettings, now: float, elapsed_seconds: float) -> Finding:
    """The finding for a handshake that succeeded under the settings of the server."""
    facts: dict[str, Fact] = {
        "protocol": peer.protocol,
        "cipher": peer.cipher,
        "verified": server.verify,
        "private_ca": server.ca_file is not None,
    }
    level, ends = Level.OK, "The expiry date cannot be read."
    certificate = _certificate(peer)
    if certificate:
        facts |= _facts(certificate, now)
        days = (certificate.not_after - now) / _DAY_SECONDS
        level = Level.WARNING if days < SOON_DAYS else Level.OK
        ends = _ends(certificate, now)
        if level is Level.WARNING:
            ends = f"{ends.rstrip('.')}: renew it."
    return Finding(
        Step.TLS,
        level,
        f"{peer.protocol} with {peer.cipher}. {_trust(server)} {ends}",
        elapsed_seconds=elapsed_seconds,
        facts=facts,
    )


def refused(finding: Finding, peer: Peer, now: float, server_now: float | None) -> Finding:
    """The failure, with the content of the certificate.

    ``now`` is Unix time in seconds, ``server_now`` the same by the clock of the server.
    """
    certificate = _certificate(peer)
    if certificate is None:
        return finding
    names = [*certificate.names] or [certificate.subject]
    more = f" and {len(names) - _FEW_NAMES} more" if len(names) > _FEW_NAMES else ""
    issuer = "itself" if certificate.self_signed else certificate.issuer or "an unnamed issuer"
    said = (
        f"For {', '.join(names[:_FEW_NAMES])}{more}, signed by {issuer}. {_ends(certificate, now)}"
    )
    in_force = certificate.in_force(now)
    facts = _facts(certificate, now) | {
        "protocol": peer.protocol,
        "cipher": peer.cipher,
        "verified": False,
        "names": tuple(names),
        "in_force": in_force,
        "in_force_by_the_servers_clock": None
        if server_now is None
        else certificate.in_force(server_now),
    }
    return replace(finding, sentence=f"{finding.sentence} {said}", facts=facts)


def _certificate(peer: Peer) -> Certificate | None:
    try:
        return read_certificate(peer.certificate)
    except ValueError:
        return None


def _trust(server: ServerSettings) -> str:
    if not server.verify:
        return "Certificate not verified (`verify = false`): anybody could be answering."
    by = "the private CA in `ca_file`" if server.ca_file else "a trusted CA"
    return f"Certificate signed by {by}."


def _ends(certificate: Certificate, now: float) -> str:
    if now < certificate.not_before:
        return f"Not valid before {_day(certificate.not_before)}."
    days = int((certificate.not_after - now) // _DAY_SECONDS)
    if days < 0:
        return f"Expired on {_day(certificate.not_after)}, {-days} days ago."
    return f"Expires on {_day(certificate.not_after)}, in {days} days."


def _day(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"


def _facts(certificate: Certificate, now: float) -> dict[str, Fact]:
    return {
        "issuer": brief(certificate.issuer),
        "not_before": certificate.not_before,
        "not_after": certificate.not_after,
        "days_left": int((certificate.not_after - now) // _DAY_SECONDS),
    }
