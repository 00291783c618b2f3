"""One answer as it came: byte for byte for programs, as harmless text for people."""

from wallboard.domain.foreign_text import escaped_lines
from wallboard.domain.observation import Response
from wallboard.ece.answer.encoding import head_lines
from wallboard.report.words.body_layout import laid_out
from wallboard.report.words.visible import visible


def raw_bytes(response: Response, *, head: bool) -> bytes:
    """The body and nothing else; with ``head`` the status line and the headers before it.

    The body is the one that was meant: what was packed for the way (gzip) is unpacked.
    """
    if not head:
        return response.body
    lines = [line for line in response.head.split(b"\r\n") if line]
    return b"\r\n".join((_status_line(response).encode(), *lines, b"", response.body))


def raw_text(response: Response, *, head: bool, pretty: bool, width: int) -> str:
    """The same as lines in which nothing acts on a terminal, the last with its line break.

    ``pretty`` lays the body out for a width in characters.
    """
    lines = []
    if head:
        lines.append(escaped_lines(_status_line(response)))
        lines += map(escaped_lines, head_lines(response.head))
        lines.append("")
    if pretty:
        lines += map(escaped_lines, laid_out(response.body, width))
    elif response.body:
        lines.append(visible(response.body).removesuffix("\n"))
    return "".join(f"{line}\n" for line in lines)


def _status_line(response: Response) -> str:
    return f"HTTP {response.status} {response.reason}".rstrip()
