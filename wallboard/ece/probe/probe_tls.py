"""What there is to say of TLS with a server, and of its certificate."""

from dataclasses import replace
from datetime import UTC, datetime

from wallboard.domain.doctor import Fact, Finding, Step
from wallboard.domain.foreign_text import brief
from wallboard.domain.policy import Level
from wallboard.ece.probe.certificate import Certificate, read_certificate
from wallboard.ece.probe.wire import Peer
from wallboard.settings import ServerSettings

SOON_DAYS = 14
_DAY_SECONDS = 86_400.0
_FEW_NAMES = 3


def without(server: ServerSettings) -> str:
    """Why there is no TLS on the way that is looked at."""
    if not server.url.lower().startswith("https:"):
        return "Not used: the address is http, so nothing on the way is encrypted."
    return "Not looked at: the certificate is seen through the tunnel of the proxy only, with http."


def accepted(peer: Peer, server: ServerSettings, now: float, elapsed_seconds: float) -> Finding:
    """The server proved who it is, as far as the config wants that."""
    facts: dict[str, Fact] = {
        "protocol": peer.protocol,
        "cipher": peer.cipher,
        "verified": server.verify,
        "private_ca": server.ca_file is not None,
    }
    level, ends = Level.OK, "It cannot be read when the certificate ends."
    certificate = _certificate(peer)
    if certificate:
        facts |= _facts(certificate, now)
        days = (certificate.not_after - now) / _DAY_SECONDS
        level = Level.WARNING if days < SOON_DAYS else Level.OK
        ends = _ends(certificate, now)
        if level is Level.WARNING:
            ends = f"{ends.rstrip('.')}: have it renewed."
    return Finding(
        Step.TLS,
        level,
        f"{peer.protocol} with {peer.cipher}. {_trust(server)} {ends}",
        elapsed_seconds=elapsed_seconds,
        facts=facts,
    )


def refused(finding: Finding, peer: Peer, now: float, server_now: float | None) -> Finding:
    """The failure, with what the certificate says of itself.

    ``now`` is Unix time in seconds, ``server_now`` the same by the clock of the server.
    """
    certificate = _certificate(peer)
    if certificate is None:
        return finding
    names = [*certificate.names] or [certificate.subject]
    more = f" and {len(names) - _FEW_NAMES} more" if len(names) > _FEW_NAMES else ""
    issuer = "itself" if certificate.self_signed else certificate.issuer or "nobody it names"
    said = (
        f"It is for {', '.join(names[:_FEW_NAMES])}{more}, signed by {issuer}. "
        f"{_ends(certificate, now)}"
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
        return "The certificate is not checked (`verify = false`): anybody could be there."
    by = "the private CA in `ca_file`" if server.ca_file else "a CA that this machine trusts"
    return f"The certificate is signed by {by}."


def _ends(certificate: Certificate, now: float) -> str:
    if now < certificate.not_before:
        return f"It begins on {_day(certificate.not_before)}."
    days = int((certificate.not_after - now) // _DAY_SECONDS)
    if days < 0:
        return f"It ended on {_day(certificate.not_after)}, {-days} days ago."
    return f"It ends on {_day(certificate.not_after)}, in {days} days."


def _day(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"


def _facts(certificate: Certificate, now: float) -> dict[str, Fact]:
    return {
        "issuer": brief(certificate.issuer),
        "not_before": certificate.not_before,
        "not_after": certificate.not_after,
        "days_left": int((certificate.not_after - now) // _DAY_SECONDS),
    }
