"""TLS settings of a server: trusted CAs and the client certificate, from files that may change."""

import errno
import ssl
from functools import lru_cache
from pathlib import Path
from stat import S_ISREG
from typing import NoReturn

from wallboard.ece.ask.outgoing import ClientSetupError
from wallboard.settings import ServerSettings

LARGEST_FILE = 16 * 1024 * 1024
"""Bytes; all public CAs together take a quarter of a megabyte."""

_UNUSABLE = {
    "KEY_VALUES_MISMATCH": "the key does not match the certificate",
    "TOO_SMALL": "its key is too weak for this machine; have it reissued",
    "TOO_WEAK": "its signature is too weak for this machine; have it reissued",
}


class Tls:
    """The TLS settings of a server, kept up to date with its files.

    Changed files are used from the next connection on; while they cannot be used, the earlier ones
    are, and ``problem`` says why.
    """

    def __init__(self, server: ServerSettings, *, used: bool) -> None:
        """Raises ``ClientSetupError`` with the key of a bad file; reads none unless ``used``."""
        self._server = server
        self._files = _files_of(server) if used else ()
        self._stamps = _stamps_of(self._files)
        self.context = tls_context(server) if used else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.problem = ""

    def renewed(self) -> bool:
        """Whether the files have changed since the last call, and are used now."""
        stamps = _stamps_of(self._files)
        if stamps == self._stamps:
            return False
        self._stamps = stamps
        try:
            self.context = tls_context(self._server)
        except ClientSetupError as error:
            self.problem = f"{error}. Still using the previous one."
            return False
        self.problem = ""
        return True


def tls_context(server: ServerSettings) -> ssl.SSLContext:
    """The TLS settings of a server. Raises ``ClientSetupError`` naming the key of a bad file.

    With ``ca_file`` only that CA is trusted, else those of this machine: a company's own CA is
    usually installed there.
    """
    if server.client_key and not server.client_cert:
        raise ClientSetupError(f'server "{server.name}": client_key needs client_cert beside it')
    for key in ("ca_file", "client_cert", "client_key"):
        if path := getattr(server, key):
            _demand_file(server, key, path)
    if server.verify and not server.ca_file and not server.client_cert:
        return _public_context()
    context = _context(server)
    if server.client_cert:
        _load_client_certificate(context, server, server.client_cert)
    return context


def _context(server: ServerSettings) -> ssl.SSLContext:
    if not server.verify:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    if not server.ca_file:
        return _new_public_context()
    try:
        return ssl.create_default_context(cafile=server.ca_file)
    except OSError as error:  # ssl.SSLError is one too
        raise _unusable(server, "ca_file", server.ca_file, error) from None


def _load_client_certificate(
    context: ssl.SSLContext, server: ServerSettings, certificate: str
) -> None:
    def no_password() -> NoReturn:
        raise ClientSetupError(
            f'server "{server.name}": the key of client_cert is password protected; use a key '
            "without a password, readable only by this user"
        )

    try:
        context.load_cert_chain(certificate, server.client_key, password=no_password)
    except OSError as error:
        raise _unusable(server, "client_cert or client_key", certificate, error) from None


def _demand_file(server: ServerSettings, key: str, path: str) -> None:
    # OpenSSL would wait for a pipe, and read a device, without end.
    try:
        found = Path(path).stat()
    except OSError as error:
        raise _unusable(server, key, path, error) from None
    if not S_ISREG(found.st_mode) or found.st_size > LARGEST_FILE:
        raise _unusable(server, key, path, OSError(errno.EINVAL, "not a certificate file"))


def _unusable(server: ServerSettings, key: str, path: str, error: OSError) -> ClientSetupError:
    wrong = error.strerror
    if isinstance(error, ssl.SSLError):
        wrong = next(
            (words for reason, words in _UNUSABLE.items() if reason in (error.reason or "")),
            "no usable PEM in it",
        )
        if key != "ca_file" and not server.client_key:
            wrong = f"{wrong}, or no key (that may be another file: `client_key`)"
    return ClientSetupError(f'server "{server.name}": {key}: cannot use {path!r}: {wrong}')


def _files_of(server: ServerSettings) -> tuple[str, ...]:
    named = (server.ca_file, server.client_cert, server.client_key)
    own = tuple(file for file in named if file)
    return own if server.ca_file or not server.verify else own + _public_files()


def _stamps_of(files: tuple[str, ...]) -> tuple[tuple[int, ...] | None, ...]:
    """What changes when a file is changed or replaced; ``None`` for a missing one."""
    return tuple(map(_stamp_of, files))


def _stamp_of(file: str) -> tuple[int, ...] | None:
    try:
        found = Path(file).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _public_files() -> tuple[str, ...]:
    """The file of this machine's CAs. OpenSSL reads a folder of CAs anew by itself."""
    paths = ssl.get_default_verify_paths()
    if paths.cafile or paths.capath:
        return (paths.cafile,) if paths.cafile else ()
    import certifi

    return (certifi.where(),)


def _public_context() -> ssl.SSLContext:
    """Shared by all servers: reading the CAs takes longer than the rest of a start."""
    return _shared_public_context(_stamps_of(_public_files()))


@lru_cache(1)
def _shared_public_context(_stamps: object) -> ssl.SSLContext:
    return _new_public_context()


def _new_public_context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    paths = ssl.get_default_verify_paths()
    if not paths.cafile and not paths.capath:
        context.load_verify_locations(*_public_files())
    return context
