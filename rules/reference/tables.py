"""Tables of the keys of a model: what each is for, what stands behind it, what it is where nothing is said."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import Any

from pydantic.fields import FieldInfo

from rules.duration import in_words
from rules.schema import AnyModel
from rules.schema_kinds import Duration, Share, ValueKind, as_yaml


def section(title: str, model: AnyModel, level: int = 2, said: Container[str] = ()) -> Iterator[str]:
    """A heading, what the model is, and its keys, but for those that have been ``said`` elsewhere."""
    yield heading(title, level)
    yield text(model.__doc__)
    keys = tuple(_keys_of(model, said))
    if keys:
        yield table(("key", "what it is for", "value", "where it isn't said"), keys)


def _keys_of(model: AnyModel, said: Container[str]) -> Iterator[tuple[str, ...]]:
    """The rows of a model's keys, in the order in which messages name them."""
    fields = {info.alias or name: info for name, info in model.model_fields.items()}
    for key in (key for key in model.known_keys() if key not in said):
        info = fields[key]
        yield f"`{key}`", " ".join((info.description or "").split()), _value(info), _default(info)


def heading(title: str, level: int = 2) -> str:
    return f"{'#' * level} {title}"


def text(docstring: str | None) -> str:
    """A docstring as paragraphs of Markdown."""
    paragraphs = (docstring or "").strip().split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def table(titles: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [titles, tuple("---" for _ in titles), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def _value(info: FieldInfo) -> str:
    kind = _kind(info)
    if kind is None:
        return "a mapping, see below"
    return kind.expected if "such as" in kind.expected else f"{kind.expected}, such as `{as_yaml(kind.example)}`"


def _kind(info: FieldInfo) -> ValueKind | None:
    return next((kind for kind in info.metadata if isinstance(kind, ValueKind)), None)


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "required"
    return f"`{shown}`" if (shown := _shown(info.default, _kind(info))) else ""


def _shown(default: Any, kind: ValueKind | None) -> str:
    if kind is None or default is None:
        return ""
    if isinstance(kind, Share):
        return f"{default * 100:g}%"
    return in_words(default) if isinstance(kind, Duration) else as_yaml(default)
