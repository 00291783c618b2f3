"""The answer of a poll as it is recorded, and its outcome decoded again.

A good answer is read anew from its body by the very decoder that read it first; only a failure,
which may have had no body at all, is kept in words.
"""

import zlib
from hashlib import blake2b

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import Cause, Failure, Observation, Response
from wallboard.domain.reading import Reading
from wallboard.ece.answer.decode import decode
from wallboard.ece.answer.encoding import odd_coding
from wallboard.frozen import frozen
from wallboard.recorder.errors import DamagedError
from wallboard.settings import LARGEST_BODY

DIGEST_BYTES = 16

KEPT_HEADERS = frozenset(
    {b"content-type", b"content-encoding", b"server", b"via", b"retry-after", b"www-authenticate"}
)
"""Headers of an answer that are kept. Any other could hold a secret, such as a cookie, or would
make every answer another one, such as the date."""


@frozen
class Answer:
    """An observation without its entry point, time and latency."""

    failure: Failure | None
    response: Response | None

    @property
    def digest(self) -> bytes:
        """Identifies this answer by its content."""
        parts: list[bytes] = []
        if self.failure:
            parts += [self.failure.cause.encode(), self.failure.message.encode("utf-8", "replace")]
        if self.response:
            sort = f"{self.response.status} {self.response.truncated:d} {self.response.reason}"
            parts += [sort.encode("utf-8", "replace"), self.response.head, self.response.body]
        hashed = blake2b(digest_size=DIGEST_BYTES)
        for part in parts:
            hashed.update(len(part).to_bytes(8, "big") + part)
        return hashed.digest()

    def outcome(self, endpoint: Endpoint) -> Reading | Failure:
        """The reading or failure, decoded as an answer of this endpoint."""
        if self.failure:
            return self.failure
        if self.response is None:
            return Failure(Cause.INTERNAL, f"{endpoint}: the recording holds no answer")
        head = self.response.head
        coding = odd_coding(_header(head, b"content-encoding"))
        return decode(endpoint, self.response.body, _header(head, b"content-type"), coding)


def answer_of(observation: Observation) -> Answer:
    """The part of an observation that is recorded."""
    outcome, response = observation.outcome, observation.response
    kept = None
    if response:
        kept = Response(
            response.status,
            response.reason,
            kept_head(response.head),
            response.body,
            response.truncated,
        )
    return Answer(outcome if isinstance(outcome, Failure) else None, kept)


def kept_head(head: bytes) -> bytes:
    """The lines of a header block that are recorded."""
    lines = head.split(b"\r\n")
    return b"\r\n".join(
        line for line in lines if line.partition(b":")[0].strip().lower() in KEPT_HEADERS
    )


def body_digest(body: bytes) -> bytes:
    """Identifies a body by its content."""
    return blake2b(body, digest_size=DIGEST_BYTES).digest()


def packed(body: bytes, dictionary: bytes) -> bytes:
    """A body compressed against a dictionary."""
    compressor = zlib.compressobj(9, zdict=dictionary) if dictionary else zlib.compressobj(9)
    return compressor.compress(body) + compressor.flush()


def unpacked(data: bytes, dictionary: bytes, size: int, digest: bytes) -> bytes:
    """The body again, checked. Raises ``DamagedError`` if it is not what was written."""
    if size > LARGEST_BODY:
        raise DamagedError(f"a body has {size:,} bytes; the limit is {LARGEST_BODY:,}")
    unpacker = zlib.decompressobj(zdict=dictionary) if dictionary else zlib.decompressobj()
    try:
        body = unpacker.decompress(data, size + 1)
    except zlib.error:
        body = b""
    if len(body) != size or body_digest(body) != digest:
        raise DamagedError("a body differs from what was recorded")
    return body


def _header(head: bytes, wanted: bytes) -> str:
    values = []
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == wanted:
            values.append(value.strip().decode("utf-8", "replace"))
    return ", ".join(values)
