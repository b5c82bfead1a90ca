"""A slow, obvious reading of the signal language, to hold the engine against. It shares no code with `rules`."""

from tests.oracle.evaluate import evaluate as evaluate
