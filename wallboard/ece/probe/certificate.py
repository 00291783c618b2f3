"""What a certificate says, also one that was not accepted.

Python tells what is in a certificate only once it trusts it, and the date that an operator wants to
see is mostly that of one which is not trusted. So the few fields are read from the DER here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address

from wallboard.domain.foreign_text import brief

MOST_NAMES = 50
_EXPLICIT_VERSION, _EXTENSIONS = 0xA0, 0xA3
_UTC_TIME = 0x17
_DNS_NAME, _IP_ADDRESS = 0x82, 0x87
_COMMON_NAME, _ORGANIZATION = b"\x55\x04\x03", b"\x55\x04\x0a"
_ALTERNATIVE_NAMES = b"\x55\x1d\x11"
_BMP_STRING = 0x1E


@dataclass(frozen=True, slots=True)
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
    """What is in a certificate. Raises ``ValueError`` if that makes no sense."""
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
    """The tags and contents that stand in a row."""
    at = 0
    while at < len(data):
        tag, length = data[at], data[at + 1]
        at += 2
        if length & 0x80:
            count = length & 0x7F
            length = int.from_bytes(data[at : at + count], "big")
            at += count
            if not 0 < count <= 4:
                raise ValueError("a length that cannot be")
        if at + length > len(data):
            raise ValueError("cut short")
        yield tag, data[at : at + length]
        at += length


def _inside(data: bytes) -> bytes:
    """The content of the first part."""
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
