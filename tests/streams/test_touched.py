"""The private attributes of Faust, mode and aiokafka that the runtime rests on: all there, all listed."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Iterator

import pytest

import streams
from streams.transport.touched import TOUCHED, Touched

FOREIGN = ("faust", "mode", "aiokafka")


def owner_of(touched: Touched) -> type:
    module, name = touched.owner.split(":")
    return getattr(importlib.import_module(module), name)


@pytest.mark.parametrize("touched", TOUCHED, ids=lambda t: f"{t.owner.split(':')[1]}.{t.name}")
def test_is_there_as_it_was(touched: Touched) -> None:
    owner = owner_of(touched)
    if touched.parameters is None:
        assert has_attribute(owner, touched.name)
    else:
        assert tuple(inspect.signature(getattr(owner, touched.name)).parameters) == touched.parameters


def test_nothing_else_is_touched() -> None:
    listed = {(ancestor, touched.name) for touched in TOUCHED for ancestor in owner_of(touched).__mro__}
    found = {
        (cls.__name__, name)
        for cls in our_classes()
        for name in private_names(cls)
        for base in foreign_bases(cls)
        if defines(base, name) and (base, name) not in listed
    }
    assert found == set()


def test_no_private_name_of_another_object_is_read_but_listed_ones() -> None:
    found = {
        (module.__name__, name)
        for module in our_modules()
        for name in foreign_reads(inspect.getsource(module))
        if name not in {touched.name for touched in TOUCHED}
    }
    assert found == set()


def our_modules() -> Iterator[object]:
    for info in pkgutil.walk_packages(streams.__path__, "streams."):
        if not info.name.startswith(("streams.cli", "streams.demo")):
            yield importlib.import_module(info.name)


def our_classes() -> set[type]:
    return {
        cls
        for module in our_modules()
        for cls in vars(module).values()
        if inspect.isclass(cls) and cls.__module__.startswith("streams") and any(foreign_bases(cls))
    }


def foreign_bases(cls: type) -> list[type]:
    return [base for base in cls.__mro__ if base.__module__.split(".")[0] in FOREIGN]


def private_names(cls: type) -> set[str]:
    """Private names that the class defines, or reads of itself or of `super()`."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return {name for name in functions | attributes if private(name)}


def foreign_reads(source: str) -> set[str]:
    """Private names read of anything but `self`, `cls` and `super()`; `os._exit` is a public one."""
    return {
        node.attr
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and private(node.attr) and not own(node.value)
    }


def own(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id == "super"
    return isinstance(value, ast.Name) and value.id in {"self", "cls", "os"}


def private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__")


def defines(base: type, name: str) -> bool:
    return name in vars(base) or name in getattr(base, "__annotations__", {}) or assigned(base, name)


def has_attribute(owner: type, name: str) -> bool:
    return any(defines(base, name) for base in owner.__mro__)


def assigned(base: type, name: str) -> bool:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(base)))
    except (OSError, TypeError):
        return False
    return any(
        isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr == name and own(node.value)
        for node in ast.walk(tree)
    )
