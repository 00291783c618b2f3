"""Every private name of Textual that the terminal layer uses, and what to do without them.

A Textual that lacks one of the first kind draws and reads its own way: the layer is not used. A
test holds both kinds to the Textual that is installed, and the layer to these names.
"""

import logging
from collections.abc import Iterator, Mapping
from importlib import import_module

log = logging.getLogger(__name__)

OF_CLASSES: Mapping[str, tuple[str, ...]] = {
    "textual.app:App": (
        "_close_messages_no_wait",
        "_display",
        "_exception_event",
        "_handle_exception",
        "_on_resize",
        "_post_message",
        "_screen_stack",
    ),
    "textual.command:CommandPalette": ("_GATHER_COMMANDS_GROUP",),
    "textual.drivers.linux_driver:LinuxDriver": (
        "_disable_mouse_support",
        "_enable_mouse_support",
        "_patch_iflag",
        "_patch_lflag",
        "_request_terminal_sync_mode_support",
        "_run_input_thread",
        "_sigcont_application",
        "_sigtstp_application",
    ),
    "textual.message_pump:MessagePump": ("_dispatch_message", "_parent"),
    "textual.screen:Screen": (
        "_on_timer_update",
        "_push_result_callback",
        "_refresh_layout",
    ),
    "textual.widget:Widget": ("_check_refresh",),
    "textual._ansi_sequences": ("ANSI_SEQUENCES_KEYS",),
    "textual._compositor": ("ChopsUpdate", "LayoutUpdate"),
    "textual._keyboard_protocol": ("FUNCTIONAL_KEYS",),
    "textual._styles_cache:StylesCache": ("get_inner_outer",),
    "textual._xterm_parser:XTermParser": (
        "_parse_extended_key",
        "_sequence_to_key_events",
        "parse_mouse_code",
    ),
}
"""Names by the module, or the class in it, that has them from the beginning."""

OF_OBJECTS: Mapping[str, tuple[str, ...]] = {
    "textual._compositor:ChopsUpdate": ("chop_ends", "chops", "spans"),
    "textual._compositor:LayoutUpdate": ("region", "strips"),
    "textual.app:App": (
        "_batch_count",
        "_driver",
        "_exception",
        "_return_code",
        "_sync_available",
    ),
    "textual.driver:Driver": ("_app", "_loop", "_mouse", "_size"),
    "textual.drivers.linux_driver:LinuxDriver": ("_key_thread",),
    "textual.screen:Screen": ("_result_callbacks",),
    "textual.worker:Worker": ("_task",),
}
"""Names that an object of the class has once it is made."""


def missing() -> Iterator[str]:
    """The names of the first kind that the installed Textual lacks."""
    for place, names in OF_CLASSES.items():
        module, _, class_name = place.partition(":")
        try:
            owner = import_module(module)
            owner = getattr(owner, class_name) if class_name else owner
        except (ImportError, AttributeError):
            yield place
        else:
            yield from (f"{place}.{name}" for name in names if not hasattr(owner, name))


LACKING = tuple(missing())
"""Why the layer cannot be used; empty if it can."""

if LACKING:
    log.warning("Textual draws its own way, for it lacks %s", ", ".join(LACKING))
