"""The small changes of what touchpoints add to a score."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rules.declaration import Feature, Weight
from rules.fields import most_specific
from rules.mutation.change import Change, Maker
from rules.mutation.expression import Edit, edits, neighbours, recalculated


def changes_of_weights(maker: Maker, score: Feature) -> Iterator[Change]:
    """Each weight one off, its expression changed, or dropped where it isn't the only one."""
    for weight in score.weights:
        path, others = ("score", weight.type), tuple(other for other in score.weights if other is not weight)
        for edit in _edits(weight.amount):
            amount = edit.text if isinstance(weight.amount, str) else float(edit.text)
            changed = tuple(Weight(one.type, amount) if one is weight else one for one in score.weights)
            yield maker.change(path, edit.says, replace(score, weights=changed), _offset(weight, edit))
        if others and not _stands_in(others, weight):
            yield maker.change(path, f"`{weight.type}` is dropped", replace(score, weights=others))


def _edits(amount: float | str) -> Iterator[Edit]:
    if isinstance(amount, str):
        yield from edits(amount)
        yield from recalculated(amount)
        return
    written = f"{amount:g}"
    for other in neighbours(written):
        yield Edit(other, 0, f"`{written}` becomes `{other}`")


def _offset(weight: Weight, edit: Edit) -> int | None:
    return edit.offset if isinstance(weight.amount, str) else None


def _stands_in(others: tuple[Weight, ...], weight: Weight) -> bool:
    """Whether another weight, of a wider type, gives the same for it."""
    wider = most_specific((other.type for other in others), weight.type)
    return any(other.type == wider and other.amount == weight.amount for other in others)
