"""What Python has and the language hasn't: how each is called, and what to write instead."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Final

ALLOWED: Final = "names, literals, comparisons, `and or not`, `+ - * / %`, `in`, `a if b else c` or a function"

_FEATURE: Final = "make a feature that counts or sums"
_LIST: Final = "write a list, such as ['a', 'b']"

_REFUSED: Final[Mapping[type[ast.AST], tuple[str, str]]] = {
    ast.Lambda: ("a lambda", "write the condition itself"),
    ast.ListComp: ("a comprehension", _FEATURE),
    ast.SetComp: ("a comprehension", _FEATURE),
    ast.DictComp: ("a comprehension", _FEATURE),
    ast.GeneratorExp: ("a comprehension", _FEATURE),
    ast.JoinedStr: ("an f-string", "write a plain text in quotes"),
    ast.NamedExpr: ("an assignment with `:=`", "write the value where it is needed"),
    ast.Await: ("`await`", "leave it out"),
    ast.Yield: ("`yield`", "leave it out"),
    ast.YieldFrom: ("`yield from`", "leave it out"),
    ast.Starred: ("`*` before a value", "write the values one by one"),
    ast.Tuple: ("a tuple", _LIST),
    ast.Set: ("a set", _LIST),
    ast.Dict: ("a mapping", "compare one field of it"),
    ast.Slice: ("a slice", "read one value"),
    ast.Is: ("`is`", "write `==`, or not exists(x)"),
    ast.IsNot: ("`is not`", "write `!=`, or exists(x)"),
    ast.FloorDiv: ("`//`", "write `/`, and round(x) around it"),
    ast.Pow: ("`**`", "multiply with `*`"),
    ast.MatMult: ("`@`", "multiply with `*`"),
    ast.BitAnd: ("`&`", "write `and`"),
    ast.BitOr: ("`|`", "write `or`"),
    ast.BitXor: ("`^`", "write `!=`"),
    ast.LShift: ("`<<`", "write `<`"),
    ast.RShift: ("`>>`", "write `>`"),
    ast.Invert: ("`~`", "write `not`"),
    ast.UAdd: ("`+` before a value", "leave it out"),
}


def refusal(what: ast.AST) -> tuple[str, str]:
    """What a construct is called, and what to write instead of it."""
    return _REFUSED.get(type(what), (f"Python's {type(what).__name__}", "leave it out"))
