"""The fields of a touchpoint in the log's format, beside its time."""

from __future__ import annotations

TEXTS = ("id", "type", "customer", "channel", "source", "brand", "product", "content", "module", "led_by", "reaction")
NUMBERS = ("attention", "dwell", "value")
GROUPS = ("identities", "properties")
