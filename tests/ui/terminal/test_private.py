"""What the terminal layer uses of Textual that is not public: all of it is listed, and is there."""

import ast
import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import wallboard.ui.terminal
from wallboard.ui.terminal.private import LACKING, OF_CLASSES, OF_OBJECTS

LISTED = {name for table in (OF_CLASSES, OF_OBJECTS) for names in table.values() for name in names}
FILES = sorted(Path(wallboard.ui.terminal.__file__).parent.glob("*.py"))
OF_PYTHON = {"_exit", "_current_frames"}
OF_THE_METACLASS = {
    *("_abc_impl", "_computes", "_css_type_name", "_css_type_names", "_decorated_handlers"),
    *("_inherit_bindings", "_inherit_component_classes", "_inherit_css", "_merged_bindings"),
    "_reactives",
}
"""What Textual puts into every class that is derived from one of its own."""


def owner_of(place):
    module, _, name = place.partition(":")
    return getattr(import_module(module), name) if name else import_module(module)


def private(name):
    return name.startswith("_") and not name.startswith("__")


def attributes_in(tree, context=ast.expr_context):
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    return {node.attr for node in nodes if isinstance(node.ctx, context) and private(node.attr)}


def given_in(tree):
    """The names that the code itself gives to a method or to a variable."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        *(node.name for node in ast.walk(tree) if isinstance(node, functions)),
        *(n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)),
        *attributes_in(tree, ast.Store),
    }


def classes_of_textual(module):
    for one in vars(module).values():
        if inspect.isclass(one) and one.__module__ == module.__name__:
            bases = [base for base in one.__mro__ if base.__module__.startswith("textual")]
            if bases:
                yield one, bases


@pytest.mark.parametrize("place", OF_CLASSES)
def test_the_installed_textual_has_each_name(place):
    assert [name for name in OF_CLASSES[place] if not hasattr(owner_of(place), name)] == []
    assert LACKING == ()


@pytest.mark.parametrize("place", OF_OBJECTS)
def test_its_objects_have_each_name(place):
    bases = [base for base in owner_of(place).__mro__ if base.__module__.startswith("textual")]
    source = "".join(map(inspect.getsource, bases))
    given = attributes_in(ast.parse(source), ast.Store)
    for name in OF_OBJECTS[place]:
        assert name in given or f"self.{name} = " in source or f"self.{name}: " in source


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_layer_uses_no_private_name_that_is_not_listed(path):
    tree = ast.parse(path.read_text())
    module = import_module(f"wallboard.ui.terminal.{path.stem}")
    used = attributes_in(tree) - given_in(tree)
    for one, bases in classes_of_textual(module):
        source = "".join(map(inspect.getsource, bases))
        ours = {*filter(private, vars(one)), *attributes_in(ast.parse(inspect.getsource(one)))}
        used |= {
            name
            for name in ours
            if any(hasattr(base, name) for base in bases) or f"self.{name} = " in source
        }
    assert used - OF_PYTHON - OF_THE_METACLASS <= LISTED


def test_no_name_is_listed_that_the_layer_does_not_use():
    text = "".join(path.read_text() for path in FILES if path.stem != "private")
    assert [name for name in LISTED if name not in text] == []


WITHOUT = """
import asyncio
import textual.app, textual.drivers.linux_driver, textual._keyboard_protocol as keyboard
from textual._xterm_parser import XTermParser
{}
from wallboard.ui.terminal.app import CellApp
from wallboard.ui.terminal.private import LACKING
from wallboard.ui.terminal.screen import PromptScreen
from textual.drivers.linux_driver import LinuxDriver
from textual.widgets import Static

class Tiny(CellApp):
    def compose(self):
        yield Static("drawn its own way")

    def get_default_screen(self):
        return PromptScreen()

async def main():
    app = Tiny()
    assert app.get_driver_class() is LinuxDriver and app.terminal is None
    async with app.run_test() as pilot:
        app.screen.paint_soon()
        await pilot.pause()
        print(app.screen.query_one(Static).render(), *LACKING)

asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("gone", "named"),
    [
        ("del XTermParser._parse_extended_key", "XTermParser._parse_extended_key"),
        ("del keyboard.FUNCTIONAL_KEYS", "textual._keyboard_protocol.FUNCTIONAL_KEYS"),
    ],
)
def test_a_textual_that_lacks_one_draws_its_own_way(gone, named):
    command = [sys.executable, "-c", WITHOUT.format(gone)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("drawn its own way")
    assert named in done.stdout
