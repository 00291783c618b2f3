"""A poll as a curl command that asks the same question in the same way."""

import re
import shlex
from collections.abc import Iterator
from urllib.parse import quote

from wallboard.domain.observation import Request
from wallboard.report.words.redaction import MASK, is_secret_header, shareable_url
from wallboard.settings import ServerSettings, Settings

PROXY_VARIABLE = "PROXY"

_URL_CHARACTERS = "%:/?#[]@!$&'()*+,;=~\"<>\\^`{|}"
_GLOBBED = re.compile(r"[\[\]{}]")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_-]+")


def curl_command(
    request: Request, server: ServerSettings | None = None, settings: Settings | None = None
) -> str:
    """The command, over several lines, with a variable of the shell in place of every secret.

    ``server`` gives certificates and proxy, ``settings`` the time limits in seconds; without them
    those are left to curl. A comment in front names the variables that must be set, and the shell
    refuses to run the command while one is not.
    """
    variables = _variables(request, server)
    words = ["curl -sS -i --http1.1", *_limits(server, settings), *_connection(server)]
    words += _headers(request, server, variables)
    if request.method != "GET":
        words.append(f"-X {shlex.quote(request.method)}")
    words.append(_address(request.url))
    command = " \\\n  ".join(words)
    if not variables and not _proxied(server):
        return command
    names = [*variables.values(), *([PROXY_VARIABLE] if _proxied(server) else [])]
    # No quotes and brackets: a shell that knows no comments when it is typed at reads this too.
    to_set = " ".join(f"{name}=..." for name in names)
    return f"# Secrets are not copied. First: export {to_set}\n{command}"


def _limits(server: ServerSettings | None, settings: Settings | None) -> Iterator[str]:
    if settings is not None:
        timeout = settings.timeout if server is None else settings.timeout_of(server)
        yield f"--connect-timeout {settings.connect_timeout:g} --max-time {timeout:g}"


def _connection(server: ServerSettings | None) -> Iterator[str]:
    if server is None:
        return
    if not server.verify:
        yield "-k"
    elif server.ca_file:
        yield f"--cacert {shlex.quote(server.ca_file)}"
    if server.client_cert:
        # After a colon curl takes the rest for the key's password.
        path = server.client_cert.replace("\\", "\\\\").replace(":", "\\:")
        yield f"--cert {shlex.quote(path)}"
    if server.client_key:
        yield f"--key {shlex.quote(server.client_key)}"
    # The board heeds no proxy of the environment.
    yield f'--proxy "${{{PROXY_VARIABLE}:?}}"' if server.proxy else "--noproxy '*'"


def _headers(
    request: Request, server: ServerSettings | None, variables: dict[str, str]
) -> Iterator[str]:
    for name, value in request.headers:
        if name in variables:
            yield f"-H {_secret_header(name, variables[name])}"
        elif not _goes_with_the_proxy(name, server):
            yield f"-H {shlex.quote(f'{name}: {value}')}"
        if name.lower() == "accept-encoding":
            yield "--compressed"


def _secret_header(name: str, variable: str) -> str:
    value = f"${{{variable}:?}}"
    if _PLAIN_NAME.fullmatch(name):
        return f'"{name}: {value}"'
    return f'{shlex.quote(f"{name}: ")}"{value}"'


def _variables(request: Request, server: ServerSettings | None) -> dict[str, str]:
    """The variable of the shell for every header that must not be shown."""
    found: dict[str, str] = {}
    for name, value in request.headers:
        if (value == MASK or is_secret_header(name)) and not _goes_with_the_proxy(name, server):
            variable = _variable(name)
            while variable in found.values():
                variable += "_"
            found[name] = variable
    return found


def _variable(name: str) -> str:
    """``X-egain-session`` becomes ``X_EGAIN_SESSION``; a single word gets one before it.

    A shell has variables such as PATH, and no header may be taken from those.
    """
    words = re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")
    return words if "_" in words and words[0].isalpha() else f"HEADER_{words}"


def _goes_with_the_proxy(name: str, server: ServerSettings | None) -> bool:
    return name.lower() == "proxy-authorization" and _proxied(server)


def _proxied(server: ServerSettings | None) -> bool:
    return server is not None and server.proxy is not None


def _address(url: str) -> str:
    written = quote(shareable_url(url), safe=_URL_CHARACTERS)
    glob = "--globoff " if _GLOBBED.search(written) else ""
    return f"{glob}--url {shlex.quote(written)}"
