"""Runs one command line and turns whatever stops it into a sentence and an exit status."""

import errno
import os
import sys

from wallboard.cli.run import exit_codes
from wallboard.cli.run.process_memory import collect_seldom, share_heap

DEBUG_VARIABLE = "WALLBOARD_DEBUG"
"""Set to anything, it shows the traceback of an unexpected error."""

_UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
"""What a write to the output fails with that nobody here is to blame for."""

DAY_SECONDS = 86_400

_ENDED_BY_SIGTERM = {"watch", "record", "metrics", "simulate"}
"""Commands that run until they are stopped, for which SIGTERM is success however early it comes."""


def run(args: list[str]) -> int:
    """The exit status of a command line. Errors are one block on stderr, never a traceback."""
    collect_seldom()
    _open_closed_streams()
    _survive_narrow_encodings()
    _forget_what_is_meant_for_textual()
    try:
        code = _invoke(args)
        sys.stdout.flush()
        # The loop has let go of its signals, and the interpreter takes a moment to end.
        _end_at_once_on_sigterm(code)
    except KeyboardInterrupt:
        return exit_codes.INTERRUPTED
    except BrokenPipeError:
        _forget_stdout()
        return exit_codes.BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 - the last stop: it is put into words here
        if isinstance(error, OSError) and error.errno in _UNWRITABLE and error.filename is None:
            _forget_stdout()
            _say(f"cannot write the output: {error.strerror}")
            return exit_codes.OUTPUT_LOST
        return _explain(error)
    return code


def _forget_what_is_meant_for_textual() -> None:
    """Drop variables that have Textual press keys, write files or draw elsewhere.

    Textual reads them when it is loaded, which is later.
    """
    for name in [name for name in os.environ if name.startswith("TEXTUAL")]:
        del os.environ[name]


def _invoke(args: list[str]) -> int:
    if args == ["--version"]:
        # Scripts ask it often, and loading click takes longer than answering.
        from wallboard import __version__

        print(f"wallboard {__version__}")  # noqa: T201
        return exit_codes.OK
    if sorted(args) == ["--verbose", "--version"]:
        from wallboard.report.setup.versions import version_lines

        print(*version_lines(), sep="\n")  # noqa: T201
        return exit_codes.OK
    if args[:1] == ["status"]:
        from wallboard.cli.run.status import quick_status

        if (code := quick_status(args[1:])) is not None:
            return code
    if asked := os.environ.get(exit_codes.COMPLETE_VARIABLE):
        from wallboard.cli.run.registry import complete

        return complete(asked)
    if args and args[0] in _ENDED_BY_SIGTERM:
        _end_at_once_on_sigterm(exit_codes.OK)
    _go_by_a_time_zone_there_is()
    import click

    from wallboard.cli.run.registry import group, help_width, with_command

    try:
        with group.make_context(
            "wallboard", with_command(args), terminal_width=help_width()
        ) as context:
            share_heap()
            result = group.invoke(context)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    return result if isinstance(result, int) else exit_codes.OK


def _end_at_once_on_sigterm(code: int) -> None:
    """End so on SIGTERM while nothing has begun, or all is done; in between others catch it."""
    import signal

    signal.signal(signal.SIGTERM, lambda _number, _frame: os._exit(code))


def _explain(error: Exception) -> int:
    import click

    from wallboard.cli.run.errors import CommandError

    if os.environ.get(DEBUG_VARIABLE):
        import traceback

        traceback.print_exception(error)
    if isinstance(error, click.Abort):
        return exit_codes.INTERRUPTED
    if isinstance(error, click.UsageError):
        command = error.ctx.command_path if error.ctx else "wallboard"
        _say(f"{error.format_message()}\nSee `{command} --help`.")
        return exit_codes.USAGE
    if isinstance(error, CommandError):
        _say(str(error))
        return error.status
    if isinstance(error, click.ClickException):
        _say(error.format_message())
        return exit_codes.USAGE
    if isinstance(error, FileNotFoundError) and _working_folder_is_gone():
        _say("the current directory no longer exists; change to another one.")
        return exit_codes.CONFIG
    what = str(error) or type(error).__name__
    hints = getattr(error, "__notes__", [f"Run again with {DEBUG_VARIABLE}=1 for the traceback."])
    _say("\n".join([
        f"internal error: {type(error).__name__}: {what.splitlines()[0]}", *hints
    ]))  # fmt: skip
    return exit_codes.INTERNAL


def _say(message: str) -> None:
    from wallboard.domain.foreign_text import safe

    head, *rest = (safe(line) for line in message.expandtabs(2).splitlines() or [""])
    try:
        print(f"wallboard: {head}", *(f"  {line}" for line in rest), sep="\n", file=sys.stderr)  # noqa: T201
    except OSError:
        # Nobody can be told any more; the exit status still says it.
        return


def _open_closed_streams() -> None:
    """Let what the caller closed lead nowhere, so that no file of ours takes its place."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
            nowhere = open(number, "w" if number else "r", encoding="utf-8", closefd=False)  # noqa: SIM115 - of a number, and for good
            setattr(sys, name, nowhere)


def _survive_narrow_encodings() -> None:
    """Print names that the terminal's encoding lacks as escapes instead of failing on them."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="backslashreplace")


def _go_by_a_time_zone_there_is() -> None:
    """Go by UTC where ``TZ`` is a day or more away from it, which no time can be written in."""
    import time

    if max(abs(time.timezone), abs(time.altzone)) >= DAY_SECONDS:
        _say(f"TZ={os.environ.get('TZ', '')} is not a valid time zone; times are in UTC.")
        os.environ["TZ"] = "UTC"
        time.tzset()


def _working_folder_is_gone() -> bool:
    try:
        os.getcwd()  # noqa: PTH109 - what pathlib asks too, without loading it
    except OSError:
        return True
    return False


def _forget_stdout() -> None:
    """Discard the interpreter's last flush: nobody reads the output any more."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
