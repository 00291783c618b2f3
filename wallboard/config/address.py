"""What an address must be, wherever it was written."""

from urllib.parse import SplitResult, urlsplit

SCHEMES = ("http", "https")


def address_fault(address: str) -> str | None:
    """What is wrong with the address of a server, or ``None``; never repeats a password."""
    parts = _parts(address)
    if isinstance(parts, str):
        return parts
    if "@" in parts.netloc:
        return "must hold no user name or password; send credentials in headers"
    if parts.query or parts.fragment:
        return "must end with the path: leave out everything from ? or # on"
    return None


def proxy_fault(address: str) -> str | None:
    """What is wrong with the address of a proxy, which may hold a password, or ``None``."""
    parts = _parts(address)
    return parts if isinstance(parts, str) else None


def _parts(address: str) -> SplitResult | str:
    if not address.isprintable() or " " in address or "\\" in address:
        return "must hold no spaces, backslashes or control characters"
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return "is not an address: the host or the port cannot be read"
    if parts.scheme not in SCHEMES or not address[len(parts.scheme) :].startswith("://"):
        return "must start with http:// or https://"
    if not parts.hostname:
        return "must name a host, such as https://ece.example.com"
    if port == 0:
        return "is not an address: there is no port 0"
    return parts
