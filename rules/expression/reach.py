"""What the names of an expression mean: fields of the touchpoint, features, the profile, segments."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from keyword import kwlist
from typing import Final

from rules.expression.functions import FUNCTIONS
from rules.expression.mistake import Mistakes, Span
from rules.expression.scope import FIELDS, OPEN_FIELDS, FeatureInfo, FeatureRead, Scope
from rules.expression.syntax import Source
from rules.expression.tree import Feature, Field, Lost, Member, Node, Profile, Surrounding, placed
from rules.names import nearest, one_of

MOST_OF_SEGMENTS: Final = 1_000  # parts that the segments in one expression may have in all
STORIES: Final = ("stage", "module", "story")
"""What the names of stories' values begin with; a feature may be called so too, as its name has no dots."""
RESERVED: Final = frozenset({*kwlist, "profile", "context", "touchpoint", "segment", "stage", *FUNCTIONS})
"""Names that mean something else in an expression, so that no feature can have them."""

_LITERALS: Final = {"true": "True", "false": "False"}
_NOTHINGS: Final = frozenset({"none", "null", "missing", "nil"})


@dataclass(frozen=True, slots=True)
class Part:
    """One further part of a path: ``.name``, ``['name']`` or ``[0]``; ``name`` is None where it is no literal.

    ``place``: whether it is the place of an item in a list. ``key``: what stands within [ ] where that is no literal.
    """

    name: str | None
    indexed: bool
    place: bool = False
    key: ast.expr | None = None


def path_of(node: ast.expr) -> tuple[ast.Name, list[Part]] | None:
    """A path from a name, such as ``profile.a['b']``; None where it starts with something else."""
    parts: list[Part] = []
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute):
            parts.append(Part(node.attr, indexed=False))
        elif isinstance(node, ast.Subscript):
            parts.append(_indexed(node.slice))
        else:
            return None
        node = node.value
    return node, parts[::-1]


def _indexed(node: ast.expr) -> Part:
    value = node.value if isinstance(node, ast.Constant) else None
    if isinstance(value, str):
        return Part(value, indexed=True)
    if type(value) is int:
        return Part(str(value), indexed=True, place=True)
    return Part(None, indexed=True, key=node)


class Reach:
    """Finds what a path means in a scope, or says what it should have been."""

    def __init__(self, source: Source, scope: Scope, mistakes: Mistakes) -> None:
        self._source = source
        self._scope = scope
        self._mistakes = mistakes
        self._of_segments = 0

    def find(self, root: str, parts: list[Part], at: Span) -> Node:
        if any((part.name or "").startswith("__") for part in parts) or root.startswith("__"):
            return self._lost(at, self._source.show(at), "a name that doesn't begin with `__`", "use another field")
        if self._scope.kind == "touchpoint":
            return self._in_touchpoint(root, parts, at)
        return self._in_customer(root, parts, at)

    def context(self, steps: Sequence[str | Node | None], at: Span) -> Node:
        """A value of the context by names, and by what gives one."""
        first, shown = steps[0] if steps else None, self._source.show(at)
        if any(isinstance(step, str) and step.startswith("__") for step in steps):
            return self._lost(at, shown, "a name that doesn't begin with `__`", "use another field")
        if self._scope.kind == "touchpoint":
            return self._lost(at, shown, "a field of the touchpoint", "ask for the context in the signal's `if`")
        if not steps:
            return self._lost(at, "`context` alone", "one value of it", "write `context.NAME`")
        if not isinstance(first, str):
            return self._lost(at, shown, "a name first", "write `context.NAME[...]`")
        return Surrounding(at, "any", always=False, path=tuple(step for step in steps if step is not None))

    def _in_touchpoint(self, root: str, parts: list[Part], at: Span) -> Node:
        if root == "touchpoint":
            return self._lost(at, self._source.show(at), "a field by its own name", "leave out `touchpoint.`")
        if root in ("profile", "segment") or (root in STORIES and root not in FIELDS):
            advice = f"ask for the {root} in the signal's `if`"
            return self._lost(at, self._source.show(at), "a field of the touchpoint", advice)
        if root in FIELDS or root in OPEN_FIELDS:
            return self._field(root, parts, at, optional=False)
        return self._unknown(root, "a field of the touchpoint", (*FIELDS, *OPEN_FIELDS), "", at)

    def _in_customer(self, root: str, parts: list[Part], at: Span) -> Node:
        if root == "profile":
            return self._profile(parts, at)
        if root == "touchpoint":
            return self._touchpoint(parts, at)
        if root == "segment":
            return self._segment(parts, at)
        if root in STORIES and parts and not parts[0].indexed:
            return self._story(root, parts, at)
        if root in self._scope.features:
            return self._feature(root, self._scope.features[root], parts, at)
        if root in STORIES and root not in FIELDS:
            return self._story(root, parts, at)
        if root in FIELDS or root in OPEN_FIELDS:
            instead = f"write `touchpoint.{root}`"
            return self._lost(at, f"{self._source.show(at)}, a touchpoint's field", _CUSTOMER_NAMES, instead)
        if root in self._scope.segments:
            return self._lost(at, f"`{root}`, a segment", _CUSTOMER_NAMES, f"write `segment.{root}`")
        known = (
            *self._scope.features,
            "profile",
            "touchpoint",
            "segment",
            "context",
            *(STORIES if self._scope.stories else ()),
        )
        return self._unknown(root, _CUSTOMER_NAMES, known, "", at)

    def _profile(self, parts: list[Part], at: Span) -> Node:
        path = self._path(parts, at)
        if path is None:
            return Lost(at, "any", always=False)
        if not path:
            return self._lost(at, "`profile` alone", "one field of it", "write `profile.NAME`")
        return Profile(at, "any", always=False, path=path)

    def _segment(self, parts: list[Part], at: Span) -> Node:
        if len(parts) != 1 or parts[0].indexed or parts[0].name is None:
            return self._lost(at, self._source.show(at), "one segment", "write `segment.NAME`")
        name, known = parts[0].name, self._scope.segments
        if name not in known:
            return self._unknown(name, "a segment of segments.yaml", known, "segment.", at)
        segment, advice = known[name], "make features of parts of them"
        if segment is None:
            return Lost(at, "any", always=False)
        if self._scope.holds and segment.touchpoint:
            found = f"`segment.{name}`, which reads the touchpoint"
            return self._lost(at, found, "no touchpoint in a `when` with `hold`", _HOLD_ADVICE)
        self._of_segments += segment.size
        if self._of_segments > MOST_OF_SEGMENTS:
            found = f"segments of more than {MOST_OF_SEGMENTS:,} names, literals and operators in all"
            return self._lost(at, found, "fewer, or smaller ones", advice)
        body = placed(segment.tree, at)
        return Member(at, body.kind, body.always, name=name, body=body)

    def _story(self, root: str, parts: list[Part], at: Span) -> Node:
        """A value of a story, found name by name."""
        names = self._path(parts, at)
        if names is None:
            return Lost(at, "any", always=False)
        path: tuple[str, ...] = (root,)
        for name in names:
            known = self._following(path)
            if not known and len(path) > 1:
                whole = ".".join(path)
                return self._lost(at, self._source.show(at), f"`{whole}` alone, which has no parts", f"write `{whole}`")
            if name not in known:
                return self._unknown(name, _story_part(path), known, f"{'.'.join(path)}.", at, f"stories/{name}.yaml")
            path = (*path, name)
        following, whole = self._following(path), ".".join(path)
        if following or len(path) == 1:
            expected = "a story in stories/" if len(path) == 1 else f"one of its values: {one_of(following)}"
            instead = f"write `{whole}.{following[0] if following else 'STORY'}`"
            return self._lost(at, f"{self._source.show(at)} alone", expected, instead)
        info = self._scope.stories[path]
        return Feature(at, info.kind, info.always, read=FeatureRead(whole), info=info)

    def _following(self, path: tuple[str, ...]) -> list[str]:
        """The names that may follow a path of names of stories."""
        place = len(path)
        longer = (other for other in self._scope.stories if len(other) > place and other[:place] == path)
        return list(dict.fromkeys(other[place] for other in longer))

    def _touchpoint(self, parts: list[Part], at: Span) -> Node:
        if self._scope.holds:
            return self._lost(at, self._source.show(at), "no touchpoint in a `when` with `hold`", _HOLD_ADVICE)
        if not parts or parts[0].name is None or parts[0].indexed:
            return self._lost(at, self._source.show(at), "one field of it", "write `touchpoint.FIELD`")
        first = parts[0].name
        if first in FIELDS or first in OPEN_FIELDS:
            return self._field(first, parts[1:], at, optional=True)
        return self._unknown(first, "a field of the touchpoint", (*FIELDS, *OPEN_FIELDS), "touchpoint.", at)

    def _field(self, name: str, parts: list[Part], at: Span, *, optional: bool) -> Node:
        path = self._path(parts, at)
        shown = self._source.show(at)
        if path is None:
            return Lost(at, "any", always=False)
        if name in FIELDS and path:
            instead = f"write `{name}`, or `properties.{path[0]}`"
            return self._lost(at, shown, f"`{name}` alone, which has no parts", instead)
        if name in OPEN_FIELDS and not path:
            return self._lost(at, f"{shown} alone", "one of them", f"write `{name}.NAME`")
        if name == "identities" and len(path) > 1:
            return self._lost(at, shown, "one identity, a text without parts", f"write `identities.{path[0]}`")
        always = name in ("id", "type", "time", "customer") and not optional
        kind = "text" if name == "identities" else FIELDS.get(name, "any")
        return Field(at, kind, always, path=(name, *path), optional=optional)

    def _feature(self, name: str, info: FeatureInfo, parts: list[Part], at: Span) -> Node:
        if not parts:
            return self._bare(name, info, at)
        key = parts[0].name
        if not parts[0].indexed:
            return self._lost(at, self._source.show(at), f"`{name}` alone, which has no parts", f"write `{name}`")
        if info.per is None:
            found = f"{self._source.show(at)}, but `{name}` is not kept per a field"
            return self._lost(at, found, f"`{name}` alone", f"write `{name}`, or give the feature a `per`")
        if key is None or parts[0].place or len(parts) > 1:
            expected = f"one {info.per} as a text in quotes"
            return self._lost(at, self._source.show(at), expected, f"write {name}['VALUE']")
        return Feature(at, info.kind, info.always, read=FeatureRead(name, key=key), info=info)

    def _bare(self, name: str, info: FeatureInfo, at: Span) -> Node:
        own = info.per is not None
        if own and info.per != self._scope.per:
            kept = "has no `per`" if self._scope.per is None else f"is kept per {self._scope.per}"
            instead = f"write {name}['VALUE'], or give the signal `per: {info.per}`"
            return self._lost(at, f"`{name}`, kept per {info.per}, where the signal {kept}", "one value of it", instead)
        return Feature(at, info.kind, info.always, read=FeatureRead(name, own=own), info=info)

    def _path(self, parts: list[Part], at: Span) -> tuple[str, ...] | None:
        names = tuple(part.name for part in parts if part.name is not None)
        if len(names) == len(parts):
            return names
        expected = "names in quotes, or places in a list, within [ ]"
        self._lost(at, self._source.show(at), expected, "write `.NAME`, ['NAME'] or [0]")
        return None

    def _unknown(
        self, name: str, expected: str, known: Iterable[str], prefix: str, at: Span, file: str = "segments.yaml"
    ) -> Node:
        found = f"the unknown name `{prefix}{name}`"
        return self._lost(at, found, expected, _instead_of(name, tuple(known), prefix, file))

    def _lost(self, at: Span, found: str, expected: str, instead: str) -> Lost:
        self._mistakes.add(at, found, expected, instead)
        return Lost(at, "any", always=False)


_CUSTOMER_NAMES: Final = "a feature, `profile.NAME`, `segment.NAME` or `touchpoint.FIELD`"
_HOLD_ADVICE: Final = "leave out `hold`, or keep a feature of the touchpoints and read that"


def _story_part(path: tuple[str, ...]) -> str:
    """What may follow a path of names of stories."""
    match path:
        case ("module",):
            return "a story with modules in stories/"
        case (_,):
            return "a story in stories/"
        case ("module", story):
            return f"a module of the story `{story}`"
    return f"a value of `{'.'.join(path)}`"


def _instead_of(name: str, known: tuple[str, ...], prefix: str, file: str) -> str:
    if name.lower() in _LITERALS:
        return f"write `{_LITERALS[name.lower()]}`"
    if name.lower() in _NOTHINGS:
        return "ask with exists(x) or not exists(x)"
    if name in FUNCTIONS:
        return f"call it: write `{FUNCTIONS[name].usage}`"
    if not known:
        return f"declare `{name}` in {file}"
    near = nearest(name, known)
    if near:
        return f"write `{prefix}{near}`"
    whole = prefix if file.startswith("stories/") else ""  # of a longer path no part says what is meant
    return f"write {one_of(f'{whole}{one}' for one in known)}"
