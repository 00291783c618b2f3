"""Whom to trust, and how to prove who we are."""

import ssl
from functools import cache
from typing import NoReturn

from wallboard.ece.errors import ClientSetupError
from wallboard.settings import ServerSettings


def tls_context(server: ServerSettings) -> ssl.SSLContext:
    """The TLS settings of a server. Raises ``ClientSetupError`` naming the key of a bad file.

    With ``ca_file`` only that CA is trusted, else those of this machine: a company's own CA is
    usually installed there.
    """
    if server.client_key and not server.client_cert:
        raise ClientSetupError(f'server "{server.name}": client_key needs client_cert beside it')
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
            f'server "{server.name}": the key of client_cert is protected by a password, and there '
            "is nobody to ask for it; give a key without one, readable only by this user"
        )

    try:
        context.load_cert_chain(certificate, server.client_key, password=no_password)
    except OSError as error:
        raise _unusable(server, "client_cert or client_key", certificate, error) from None


def _unusable(server: ServerSettings, key: str, path: str, error: OSError) -> ClientSetupError:
    wrong = "it holds no usable PEM" if isinstance(error, ssl.SSLError) else error.strerror
    return ClientSetupError(f'server "{server.name}": {key}: cannot use {path!r}: {wrong}')


@cache
def _public_context() -> ssl.SSLContext:
    """Shared, for reading the CAs of a machine takes longer than all the rest of a start."""
    return _new_public_context()


def _new_public_context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    paths = ssl.get_default_verify_paths()
    if not paths.cafile and not paths.capath:
        import certifi

        context.load_verify_locations(certifi.where())
    return context
