"""Objects of Icinga 2: a command, a host for each server, a service for each entry point."""

from collections.abc import Iterator

from wallboard.domain.endpoint import EntryPoint
from wallboard.domain.foreign_text import safe
from wallboard.report.monitoring.site import (
    AGAIN,
    INTERVAL_SECONDS,
    RETRY_SECONDS,
    TIMEOUT_SECONDS,
    Site,
    commented,
    heading,
    host_name,
    title,
)

PLACE = "/etc/icinga2/conf.d/wallboard.conf"


def icinga2(site: Site) -> str:
    """The file."""
    blocks = [
        commented((*heading("icinga2", PLACE), AGAIN), "//"),
        _command(site),
        *(_host(name, address) for name, address in site.servers),
        *map(_service, site.entry_points),
    ]
    return "\n".join(blocks)


def _command(site: Site) -> str:
    words = ", ".join(_quoted(_macro_free(one)) for one in site.call.start("nagios"))
    return (
        'object CheckCommand "wallboard" {\n'
        f"  command = [ {words} ]\n"
        "  arguments = {\n"
        '    server = { value = "--server=$wallboard_server$", skip_key = true, required = true }\n'
        '    id = { value = "$wallboard_id$", skip_key = true, order = 9, required = true }\n'
        '    "--warning" = { value = "$wallboard_warning$", repeat_key = true }\n'
        '    "--critical" = { value = "$wallboard_critical$", repeat_key = true }\n'
        "  }\n"
        f"  timeout = {TIMEOUT_SECONDS + 10}s\n"
        "}\n"
    )


def _host(name: str, address: str) -> str:
    return _object("Host", host_name(name), (
        ("display_name", _quoted(safe(name))),
        ("address", _quoted(safe(address))),
        ("check_command", _quoted("dummy")),
        ("vars.dummy_state", "0"),
        ("vars.dummy_text", _quoted("The services say how the server is.")),
    ))  # fmt: skip


def _service(entry_point: EntryPoint) -> str:
    return _object("Service", str(entry_point.key.id), (
        ("host_name", _quoted(host_name(entry_point.key.server))),
        ("display_name", _quoted(title(entry_point))),
        ("check_command", _quoted("wallboard")),
        ("check_interval", f"{INTERVAL_SECONDS}s"),
        ("retry_interval", f"{RETRY_SECONDS}s"),
        ("max_check_attempts", "3"),
        ("vars.wallboard_server", _quoted(_macro_free(entry_point.key.server))),
        ("vars.wallboard_id", _quoted(str(entry_point.key.id))),
        ("vars.wallboard_group", _quoted(_macro_free(safe(entry_point.group)))),
    ))  # fmt: skip


def _object(kind: str, name: str, settings: tuple[tuple[str, str], ...]) -> str:
    return "".join(_lines(kind, name, settings))


def _lines(kind: str, name: str, settings: tuple[tuple[str, str], ...]) -> Iterator[str]:
    yield f"object {kind} {_quoted(name)} {{\n"
    yield from (f"  {key} = {value}\n" for key, value in settings)
    yield "}\n"


def _macro_free(text: str) -> str:
    return text.replace("$", "$$")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
