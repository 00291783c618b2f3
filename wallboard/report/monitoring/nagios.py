"""Objects of Nagios: a command, a host for each server, a service for each entry point."""

from wallboard.domain.endpoint import EntryPoint
from wallboard.domain.foreign_text import safe
from wallboard.report.monitoring.site import (
    AGAIN,
    Site,
    chosen,
    commented,
    heading,
    host_name,
    shell,
    title,
)

PLACE = "a file under `cfg_dir` or `cfg_file` of nagios.cfg"

_TEMPLATES = (
    ("host", (("name", "wallboard-host"), ("use", "generic-host"), ("register", "0"),
              ("max_check_attempts", "3"))),
    ("service", (("name", "wallboard-service"), ("use", "generic-service"), ("register", "0"),
                 ("check_interval", "1"), ("retry_interval", "0.5"),
                 ("max_check_attempts", "3"))),
)  # fmt: skip
"""On top of the templates that every Nagios comes with, which say who is notified, and when."""


def nagios(site: Site) -> str:
    """The file."""
    line = f"{_macro_free(shell(site.call.start('nagios')))} $ARG1$"
    blocks = [
        commented((*heading("nagios", PLACE), AGAIN)),
        _object("command", (("command_name", "check_wallboard"), ("command_line", line))),
        *(_object(kind, settings) for kind, settings in _TEMPLATES),
        *(_host(name, address) for name, address in site.servers),
        *map(_service, site.entry_points),
    ]
    return "\n".join(blocks)


def _host(name: str, address: str) -> str:
    settings = (("use", "wallboard-host"), ("host_name", host_name(name)),
                ("alias", safe(name)), ("address", safe(address)))  # fmt: skip
    return _object("host", settings)


def _service(entry_point: EntryPoint) -> str:
    argument = _macro_free(shell(chosen(entry_point))).replace("!", "\\!")
    group = (("_GROUP", safe(entry_point.group)),) if entry_point.group else ()
    return _object("service", (
        ("use", "wallboard-service"),
        ("host_name", host_name(entry_point.key.server)),
        ("service_description", f"Chat {entry_point.key.id}"),
        ("display_name", title(entry_point)),
        ("check_command", f"check_wallboard!{argument}"),
        *group,
    ))  # fmt: skip


def _object(kind: str, settings: tuple[tuple[str, str], ...]) -> str:
    lines = "".join(f"    {key:<20} {_value(value)}\n" for key, value in settings)
    return f"define {kind} {{\n{lines}}}\n"


def _value(text: str) -> str:
    """A value on its line: a semicolon would begin a comment."""
    return text.replace(";", "\\;")


def _macro_free(text: str) -> str:
    return text.replace("$", "$$")
