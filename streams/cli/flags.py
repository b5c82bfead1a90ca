"""Flags of a command from the one list of settings."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import typer

from streams.cli.output import WRONG_USAGE, fail
from streams.settings import OPTIONS, Option, Settings, SettingsError, load

Command = Callable[..., None]


def flags(*names: str) -> Callable[[Command], Command]:
    """Puts a flag for each named setting in the place of a command's ``**given``; None there: not given."""
    options = [option for name in names for option in OPTIONS if option.name == name]

    def with_flags(command: Command) -> Command:
        own = inspect.signature(command, eval_str=True)
        kept = [p for p in own.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
        parameters = [*kept, *map(_parameter, options)]

        def run(**arguments: object) -> None:
            command(**arguments)

        run.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in parameters}
        return run

    return with_flags


def _parameter(option: Option) -> inspect.Parameter:
    several = option.name == "sources"
    switches = (
        ("--source",) if several else (option.switch, f"--no-{option.switch[2:]}") if option.flag else (option.switch,)
    )
    name = "/".join(switches) if option.flag else switches[0]
    metavar = None if option.flag else "|".join(option.choices) or option.metavar
    kind: Any = bool | None if option.flag else list[str] | None if several else str | None
    shown = typer.Option(name, help=f"{option.help} [{option.variable}]", metavar=metavar, show_default=False)
    return inspect.Parameter(
        option.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_annotated(kind, shown)
    )


def _annotated(kind: Any, shown: Any) -> Any:
    from typing import Annotated  # noqa: PLC0415

    return Annotated[kind, shown]


def settings_of(environ: Mapping[str, str], given: Mapping[str, object]) -> Settings:
    """The settings; ends the command where one can't be used."""
    try:
        return load(environ, {name: value for name, value in given.items() if value not in (None, [])})
    except SettingsError as error:
        fail("\n".join(error.problems), WRONG_USAGE)
