"""Why TLS failed, and what to do: one row for each thing that can be wrong."""

import ssl

from wallboard.domain.foreign_text import brief
from wallboard.domain.observation import Blame, Cause, Failure

_SECURE = "have it reissued with a key of 2048 bits or more (RSA) and SHA-256"
_TRUSTED = (
    "set `ca_file` of {server} to the CA that signed it; if that is a public CA, the other side "
    "does not send an intermediate certificate"
)
_IN_FORCE = "renew the certificate, or check the clock of this machine"
_NAMED = "use the name in the certificate in {setting} of {server}"

_REFUSED_CERTIFICATES = {
    9: _IN_FORCE,
    10: _IN_FORCE,
    18: "if it is the right one, save it to a file and set `ca_file` of {server} to that",
    19: _TRUSTED,
    20: _TRUSTED,
    21: _TRUSTED,
    23: "have the certificate reissued: its CA revoked it",
    26: "have a server certificate issued",
    62: _NAMED,
    64: _NAMED,
    66: _SECURE,
    67: _SECURE,
    68: _SECURE,
}
"""What to do about a refused certificate, by OpenSSL's verify code."""

_NOT_STANDARD = "have it reissued by a CA that follows RFC 5280"

_ALERTS: tuple[tuple[tuple[str, ...], Blame | None, str], ...] = (
    (
        ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL",
         "PACKET_LENGTH_TOO_LONG"),
        Blame.ADDRESS,
        "{who} does not speak TLS. Use http:// in {setting} of {server}, or the port that does.",
    ),
    (
        ("PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "VERSION_TOO_LOW"),
        Blame.SERVER,
        "{who} supports no TLS version that this machine accepts, most likely only 1.0 or 1.1. "
        "Have TLS 1.2 or 1.3 enabled there.",
    ),
    (
        ("TOO_SMALL", "TOO_WEAK", "INSUFFICIENT_SECURITY", "UNSAFE_LEGACY", "WRONG_SIGNATURE_TYPE",
         "LEGACY_SIGALG", "NO_SUITABLE_DIGEST"),
        Blame.SERVER,
        "The TLS of {who} is too weak for this machine ({reason}). Have its keys, certificate "
        "and TLS settings updated.",
    ),
    (
        ("UNRECOGNIZED_NAME",),
        Blame.ADDRESS,
        "{who} has no certificate for the name in {setting} of {server}. Use a name in its "
        "certificate, or have this one added.",
    ),
    (
        ("CERTIFICATE_REQUIRED",),
        Blame.CONFIG,
        "{who} requires a client certificate that it accepts. Set `client_cert` and `client_key` "
        "of {server}.",
    ),
    (
        ("CERTIFICATE_EXPIRED",),
        Blame.CONFIG,
        "{who} says that the client certificate has expired. Renew `client_cert` of {server}.",
    ),
    (
        ("ALERT_UNKNOWN_CA",),
        Blame.CONFIG,
        "{who} does not know the CA that signed the client certificate. Set `client_cert` of "
        "{server} to one from a CA that it trusts, with any intermediate certificates.",
    ),
    (
        ("CERTIFICATE", "ACCESS_DENIED", "DECRYPT_ERROR"),
        Blame.CONFIG,
        "{who} rejected the client certificate ({reason}). Check `client_cert` and "
        "`client_key` of {server}.",
    ),
    (
        ("HANDSHAKE_FAILURE", "NO_SHARED_CIPHER", "NO_CIPHERS"),
        None,
        "{who} and this machine have no TLS version or cipher in common ({reason}). Its ciphers "
        "are too old, or it requires a client certificate: set `client_cert` of {server}.",
    ),
    (
        ("INTERNAL_ERROR",),
        Blame.SERVER,
        "{who} aborted TLS with an internal error. Check its log; it may have no certificate for "
        "the name in {setting} of {server}.",
    ),
)  # fmt: skip
"""By a part of OpenSSL's name for the error; the first match counts. Names differ by version."""

_OTHERWISE = "No TLS connection to {who}: {reason}. Check its log, and the port."


def tls_failure(error: ssl.SSLError, address: str, server: str) -> Failure:
    """Why there is no TLS with the server of that name, at ``address``."""
    return _failure(error, Cause.TLS, address, f'server "{server}"', "`url`")


def proxy_tls_failure(error: ssl.SSLError, server: str) -> Failure:
    """Why there is no TLS with the proxy of a server; its address is a secret of the config."""
    return _failure(error, Cause.PROXY, f'the `proxy` of server "{server}"', f'server "{server}"',
                    "`proxy`")  # fmt: skip


def bus_tls_failure(error: ssl.SSLError, address: str) -> Failure:
    """Why there is no TLS with a server of the bus of a fleet."""
    return _failure(error, Cause.TLS, address, "[fleet]", "`url`")


def _failure(error: ssl.SSLError, cause: Cause, who: str, server: str, setting: str) -> Failure:
    if isinstance(error, ssl.SSLCertVerificationError):
        wrong = brief(error.verify_message or "not accepted", 120).rstrip(".")
        advice = _REFUSED_CERTIFICATES.get(error.verify_code, _NOT_STANDARD)
        words = f"The certificate of {{who}} was not accepted: {{reason}}. To fix it, {advice}."
        blame = None
    else:
        name = error.reason or "HANDSHAKE_FAILED"
        rows = (row for row in _ALERTS if any(part in name for part in row[0]))
        _, blame, words = next(rows, ((), None, _OTHERWISE))
        wrong = brief(name.replace("_", " ").lower(), 60)
    text = words.format(who=who, server=server, setting=setting, reason=wrong)
    if cause is Cause.PROXY:
        blame, text = Blame.PROXY, text[:1].upper() + text[1:]
    return Failure(cause, text, blame)
