"""Expressions written out again from their trees, so that each part of one can be shown by itself."""

from __future__ import annotations

from typing import Any

from rules.expression import FeatureRead
from rules.expression.tree import (
    Arithmetic,
    Call,
    Choice,
    Compare,
    Constant,
    Feature,
    Field,
    Items,
    Logic,
    Member,
    Negative,
    Node,
    Not,
    Profile,
    Surrounding,
)

LONGEST = 80


def written(node: Node) -> str:
    """A node as the language writes it."""
    match node:
        case Constant():
            return repr(node.value)
        case Items():
            return f"[{_listed(node.items)}]"
        case Feature():
            return feature_name(node.read)
        case Profile():
            return ".".join(("profile", *node.path))
        case Surrounding():
            return "".join(["context", *(f"[{written(it)}]" if isinstance(it, Node) else f".{it}" for it in node.path)])
        case Field():
            return ".".join(("touchpoint", *node.path) if node.optional else node.path)
        case Member():
            return f"segment.{node.name}"
        case Call():
            return f"{node.function}({_listed(node.arguments)})"
    return _combined(node)


def _combined(node: Node) -> str:
    match node:
        case Negative():
            return f"-{_inner(node.operand)}"
        case Not():
            return f"not {_inner(node.operand)}"
        case Arithmetic():
            return f"{_inner(node.left)} {node.operator} {_inner(node.right)}"
        case Compare():
            return " ".join([_inner(node.first), *(f"{operator} {_inner(other)}" for operator, other in node.rest)])
        case Logic():
            return f" {node.operator} ".join(map(_inner, node.operands))
        case Choice():
            return f"{_inner(node.then)} if {_inner(node.condition)} else {_inner(node.other)}"
    raise TypeError(f"{type(node).__name__} can't be written")


def feature_name(read: FeatureRead) -> str:
    return read.name if read.key is None else f"{read.name}[{read.key!r}]"


def _inner(node: Node) -> str:
    """A part of something larger, in parentheses where it has operators of its own."""
    text = written(node)
    return f"({text})" if isinstance(node, Arithmetic | Compare | Logic | Not | Choice) else text


def _listed(nodes: tuple[Node, ...]) -> str:
    return ", ".join(map(written, nodes))


def value_text(value: Any) -> str:
    """A value as an expression would write it, cut where it is long."""
    if value is None:
        return "missing"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    text = f"{value:,}" if type(value) is int and abs(value) >= 10_000 else repr(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
