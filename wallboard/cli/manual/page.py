"""What a page of the manual holds, whatever it is shown on; words between backticks are literal."""

from wallboard.frozen import frozen

COMMANDS, FILES, SUBJECTS = 1, 5, 7
"""The sections of the manual, as every Unix numbers them."""


@frozen
class Paragraph:
    """Words, broken where the line ends."""

    words: str


@frozen
class Literal:
    """Lines that are shown as they are."""

    lines: tuple[str, ...]


@frozen
class Terms:
    """Each term with its explanation."""

    entries: tuple[tuple[str, str], ...]


@frozen
class Items:
    """A list; each item with its bullet or number."""

    entries: tuple[tuple[str, str], ...]


Block = Paragraph | Literal | Terms | Items


@frozen
class Part:
    """A titled part of a page; ``depth`` is 1, or 2 for one within the part before."""

    title: str
    blocks: tuple[Block, ...]
    depth: int = 1


@frozen
class Page:
    """A page: ``number`` is its section, ``purpose`` a line without a full stop."""

    name: str
    number: int
    purpose: str
    parts: tuple[Part, ...]

    @property
    def file(self) -> str:
        """The name of its file, as ``man`` looks for it."""
        return f"{self.name}.{self.number}"

    @property
    def reference(self) -> str:
        """How other pages refer to it."""
        return f"{self.name}({self.number})"


def named(page: Page) -> Part:
    """The part that every page begins with."""
    return Part("Name", (Paragraph(f"{page.name} - {page.purpose}"),))
