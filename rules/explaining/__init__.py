"""Explaining: what fired for a customer, what became of it, and what didn't, with its nearest miss."""

from rules.explaining.explain import Explainer
from rules.explaining.explained import At, Explained, Fired, Sighting, SignalNow, as_json
from rules.explaining.kept import Kept, life_in
from rules.explaining.life import Life, Unused, fired_of, life_of, run_on
from rules.explaining.moments import Clock
from rules.explaining.names import names_of
from rules.explaining.near import NearestMisses
from rules.explaining.telling import outcome as told_outcome
from rules.explaining.telling import told, told_condition, told_signal

__all__ = [
    "At",
    "Clock",
    "Explained",
    "Explainer",
    "Fired",
    "Kept",
    "Life",
    "NearestMisses",
    "Sighting",
    "SignalNow",
    "Unused",
    "as_json",
    "fired_of",
    "life_in",
    "life_of",
    "names_of",
    "run_on",
    "told",
    "told_condition",
    "told_outcome",
    "told_signal",
]
