"""The command line: ``telltale COMMAND``. Exit codes: 0 good, 1 wrong input, 2 wrong usage, 70 fenced."""

from __future__ import annotations


def main() -> None:
    """The entry point of the installed command; ends the process."""
    from streams.cli.application import application  # noqa: PLC0415  # `import streams.cli` alone should load nothing

    application()(prog_name="telltale")
