"""What both ends of the bus know by number: what is asked, and what was answered.

Publisher and receivers do the same to their codebooks in the same order, so the numbers need not
cross the bus, nor what is forgotten.
"""

from collections import OrderedDict

from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.observation import Request
from wallboard.fleet.rows import AnswerRow, Target
from wallboard.recorder.file.answers import Answer
from wallboard.recorder.file.columns import MOST_ROWS
from wallboard.recorder.reading.answer_store import KnownAnswer

MOST_TARGETS = MOST_ROWS // 4
"""When there are more, the publisher begins a new codebook."""

MOST_ANSWERS = 4096
"""Answers that are known at once: those used last."""

MOST_ANSWER_BYTES = 32 * 1024 * 1024
"""Bytes of their bodies and all else of them, beside the one that was used last."""

DICTIONARY_BYTES = 8192
"""What was sent last, by which the next batch is compressed."""

NO_ANSWER = -1
_OBJECT_BYTES = 256


class UnknownError(Exception):
    """A number that is not in the codebook: something was missed."""


class Codebook:
    """Targets and answers by number, both counted from 0 in the order they came up."""

    def __init__(self) -> None:
        self.targets: list[Target] = []
        self.keys: list[EntryPointKey] = []
        self.requests: list[Request] = []
        self.last: list[int] = []
        """By target, the number of its last answer."""
        self.next = 0
        """The number of the next answer."""
        self.dictionary = b""
        self.whole = True
        """Whether all that was sent so far is in it, and not half of something."""
        self.answers: OrderedDict[int, KnownAnswer] = OrderedDict()
        """By number, the one used last at the end."""
        self._target_numbers: dict[Target, int] = {}
        self._answer_numbers: dict[bytes, int] = {}
        self._bytes = 0

    def target_number(self, target: Target) -> int | None:
        """The number of a target, if it has one."""
        return self._target_numbers.get(target)

    def add_target(self, target: Target) -> int:
        """Give a new target its number."""
        number = self._target_numbers[target] = len(self.targets)
        self.targets.append(target)
        self.keys.append(EntryPointKey(target.server, target.id))
        self.requests.append(Request("GET", target.url))
        self.last.append(NO_ANSWER)
        return number

    def answer_number(self, digest: bytes) -> int | None:
        """The number of an answer by what identifies its content, if it has one."""
        return self._answer_numbers.get(digest)

    def add_answer(self, row: AnswerRow, digest: bytes = b"") -> int:
        """Give a new answer its number; those not used for longest are forgotten.

        Only whoever asks for numbers by ``digest`` needs to say it.
        """
        number, self.next = self.next, self.next + 1
        self.put_answer(number, row, digest)
        while len(self.answers) > MOST_ANSWERS or self._bytes > MOST_ANSWER_BYTES:
            if len(self.answers) == 1:
                break
            _, oldest = self.answers.popitem(last=False)
            self._answer_numbers.pop(oldest.digest, None)
            self._bytes -= _bytes_of(oldest.answer)
        return number

    def put_answer(self, number: int, row: AnswerRow, digest: bytes = b"") -> None:
        """Know an answer by a number that it was given already."""
        known = KnownAnswer(row.answer, digest)
        self.answers[number] = known
        if digest:
            self._answer_numbers[digest] = number
        self._bytes += _bytes_of(known.answer)

    def used(self, number: int) -> KnownAnswer:
        """The answer of a number, which was used just now. Raises ``UnknownError``."""
        try:
            known = self.answers[number]
        except KeyError:
            raise UnknownError(f"answer {number}") from None
        self.answers.move_to_end(number)
        return known

    def sent(self, raw: bytes) -> None:
        """Compress, or unpack, what comes next by this and what came before."""
        self.dictionary = (self.dictionary + raw)[-DICTIONARY_BYTES:]


def _bytes_of(answer: Answer) -> int:
    failure, response = answer.failure, answer.response
    size = len(failure.message) if failure else 0
    return size + (len(response.head) + len(response.body) if response else 0) + _OBJECT_BYTES
