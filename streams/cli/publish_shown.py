"""What `telltale publish` shows before it publishes."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from rules import Changes, Library, changes, rfc3339
from streams.libraries import Approval, Held


def show(library: Library, newest: Held | None, approved: Sequence[Approval], warm_from: int | None) -> None:
    """Says who has approved it, what is the newest, what changes, and what begins anew. `warm_from`: epoch ms."""
    for approval in approved:
        typer.echo(f"approved by {approval.by}, {approval.at}")
    if newest is None:
        typer.echo("newest published: none")
        return
    published = newest.published
    by = f" by {published.by}" if published.by else ""
    typer.echo(f"newest published: {published.version} (sequence {published.sequence}), {published.published}{by}")
    found = changes(newest.plan.library, library)
    for line in found.lines():
        typer.echo(f"  {line}")
    _show_anew(found, warm_from)


def _show_anew(found: Changes, warm_from: int | None) -> None:
    anew = [
        f"{kind} {', '.join(names)}"
        for kind, names in (
            ("signals", found.signals_anew),
            ("features", found.features_anew),
            ("stories", found.stories_anew),
        )
        if names
    ]
    if anew:
        how = "" if warm_from is None else f", with what the log says from {rfc3339(warm_from)} on"
        typer.echo(
            f"these begin anew, as their definition or that of a feature they read changed: {'; '.join(anew)}{how}"
        )
