"""``python -m streams.cli`` is ``telltale``."""

from streams.cli import main

main()
