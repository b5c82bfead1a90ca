"""The page of `telltale customer`: from the topics, or from files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import typer

from rules import Explainer, as_json, describe, told_customer
from streams.cli.explain import Asked, live_of, moment_of, replayed_of
from streams.cli.output import WRONG_INPUT, plan_at
from streams.cli.replay import Clock


def show(
    customer: str,
    library: Path,
    replay: list[Path],
    at: str | None,
    clock: Clock,
    as_data: bool,
    given: Mapping[str, object],
) -> NoReturn:
    """Prints the page, and ends the command: with 1 where nothing is kept of the customer."""
    asked = Asked(customer, Explainer(plan_at(library)), None, moment_of(at))
    life = replayed_of(asked, replay, clock) if replay else live_of(asked, clock, given)
    described = describe(asked.explainer.plan, life, customer)
    if as_data:
        typer.echo(as_json(described))
    else:
        typer.echo("\n".join(told_customer(described)))
    raise typer.Exit(WRONG_INPUT if described.clock is None else 0)
