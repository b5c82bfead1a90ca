"""`telltale test DIR`: runs the timelines of a library, and draws what differs from what they expect."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Final

import typer

from rules import BadTimeline, Library, Line, Mark, Outcome, PlacedLibrary, Rig, drawn, nearest, zone_of
from streams.cli.application import new_app
from streams.cli.mutate import mutate
from streams.cli.output import WRONG_INPUT, WRONG_USAGE, counted, fail, placed_at

HELP = """Run the timelines of a library (NAME.test.yaml beside a signal) and draw what differs.

With --mutate, change each signal a little, again and again, and tell which changes no timeline notices."""

_COLOURS: Final[dict[Mark, str]] = {"fired": "green", "missing": "red", "surplus": "red", "left out": "bright_black"}


def app() -> typer.Typer:
    app = new_app()
    app.command("test", help=HELP)(run_timelines)
    return app


def run_timelines(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", exists=True, file_okay=False, help="the library's folder")
    ],
    only: Annotated[
        str | None, typer.Option(metavar="NAME", help="only this signal, or those that a pattern such as 'shop.*' fits")
    ] = None,
    mutations: Annotated[
        bool, typer.Option("--mutate", help="change each signal a little, and tell what no timeline notices")
    ] = False,
    min_score: Annotated[
        float | None,
        typer.Option(metavar="SHARE", min=0, max=1, help="with --mutate, the share to be noticed, such as 0.9"),
    ] = None,
) -> None:
    if min_score is not None and not mutations:
        fail("found --min-score without --mutate; expected both; add --mutate", WRONG_USAGE)
    placed = placed_at(directory)
    signals = _chosen(placed.library, only)
    rig = Rig(placed.library)
    outcomes = run_all(rig, signals)
    failed = [outcome for outcome in outcomes if not outcome.passed]
    for outcome in failed:
        draw(outcome, placed)
    sum_up(outcomes, signals)
    if failed:
        raise typer.Exit(WRONG_INPUT)
    if mutations:
        mutate(
            rig, placed.places, [name for name in signals if rig.relations.signals[name].status != "retired"], min_score
        )


def _chosen(library: Library, only: str | None) -> list[str]:
    """The names of the signals that are asked for."""
    names = [signal.name for signal in library.signals]
    chosen = [name for name in names if only is None or fnmatchcase(name, only)]
    if only is not None and not chosen:
        near = nearest(only, names)
        fail(f"--only: found no signal {only!r}" + (f"; write {near}" if near else ""), WRONG_USAGE)
    return chosen


def run_all(rig: Rig, signals: Sequence[str]) -> list[Outcome]:
    """Runs the timelines of these signals; ends the command where one can't be run."""
    wanted = frozenset(signals)
    outcomes = []
    for timeline in rig.library.timelines:
        if timeline.signal in wanted:
            try:
                outcomes.append(rig.run(timeline))
            except BadTimeline as bad:
                fail(f"{timeline.file}:{timeline.line}: {bad}")
    return outcomes


def draw(outcome: Outcome, placed: PlacedLibrary) -> None:
    """Draws what a timeline expects, and what came."""
    timeline = outcome.timeline
    typer.secho(f"{timeline.signal}: {timeline.name}", bold=True, nl=False)
    typer.echo(f"  {timeline.file}:{timeline.line}")
    for line in drawn(outcome, zone_of(placed.library.time_zone)):
        _print(line)
    typer.echo()


def _print(line: Line) -> None:
    typer.secho(f"  {line.text}", fg=_COLOURS.get(line.mark))


def sum_up(outcomes: Sequence[Outcome], signals: Sequence[str]) -> None:
    """Says in a line what came of the timelines."""
    failed = sum(not outcome.passed for outcome in outcomes)
    without = len(set(signals) - {outcome.timeline.signal for outcome in outcomes})
    parts = [f"{counted(len(outcomes), 'timeline')} of {counted(len(signals) - without, 'signal')}"]
    parts += [f"{counted(without, 'signal')} without one"] if without else []
    parts.append(f"{failed} failed" if failed else "all as expected" if outcomes else "nothing to run")
    typer.echo(", ".join(parts))
