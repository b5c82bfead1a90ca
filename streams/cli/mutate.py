"""`telltale test --mutate`: how many small changes of a library its timelines notice."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from rules import Places, Rig, Spot, Tried, subjects, try_changes
from streams.cli.output import WRONG_INPUT, counted
from streams.cli.progress import progress_bar


def mutate(rig: Rig, places: Places, signals: Sequence[str], min_score: float | None) -> None:
    """Tries all changes, prints those that nothing notices and the score; ends the command where it is too low."""
    tried = _tried(rig, signals)
    tested = {timeline.signal for timeline in rig.library.timelines}
    for name in signals:
        if name not in tested:
            typer.echo(f"{places.of('signal', name)}: no timeline notices anything of {name}: it has none")
    for one in tried:
        if not one.noticed and not tested.isdisjoint(one.signals):
            typer.echo(f"{_spot(places, one)}: no timeline of {_listed(one.signals)} notices that {one.change.says}")
    noticed = sum(one.noticed for one in tried)
    score = noticed / len(tried) if tried else 1.0
    typer.echo(f"mutation score {_cut(score):.2f}: {noticed:,} of {counted(len(tried), 'change')} noticed")
    if min_score is not None and score < min_score:
        typer.echo(f"expected at least {min_score:g}: add timelines in which these changes matter")
        raise typer.Exit(WRONG_INPUT)


def _spot(places: Places, one: Tried) -> Spot:
    """Where something changed. A step that is no more than its types has them where others have keys."""
    change = one.change
    for path in (change.path, change.path[:-1]):
        for text, spot in places.texts(change.kind, change.name, *path) if change.item else ():
            if text == change.item:
                return spot
    return places.of(change.kind, change.name, *change.path, offset=change.offset)


def _cut(score: float) -> float:
    """A score to two decimals, never more than it is: 1.00 is all of them."""
    return int(score * 100 + 1e-9) / 100  # 0.29 * 100 is a little less than 29


def _tried(rig: Rig, signals: Sequence[str]) -> list[Tried]:
    made = subjects(rig, signals)
    total, tried = sum(len(subject.changes) for subject in made), list[Tried]()
    with progress_bar("changing") as progress:
        for subject in made:
            for one in try_changes(rig, subject):
                tried.append(one)
                progress(len(tried), total)
    return tried


def _listed(signals: Sequence[str]) -> str:
    return signals[0] if len(signals) == 1 else f"{signals[0]} and {len(signals) - 1} more"
