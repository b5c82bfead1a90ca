"""Outcomes as touchpoints of the log: what became of a trigger, under an id that is the same each time."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

from rules import OutcomeProperties, OutcomeRecord, OutcomeType, TriggerEvent, encode_outcome
from streams.connectors.orders import OutcomeWord, Result
from streams.sender import Record

LONGEST_ID = 256
"""The longest id of a touchpoint, in characters."""

TYPES: dict[OutcomeWord, OutcomeType] = {
    "delivered": "trigger.delivered",
    "failed": "trigger.failed",
    "refused": "trigger.refused",
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def outcome(trigger: TriggerEvent, result: Result, at: int) -> Record:
    """The record of the log that tells what came of a trigger at this time (epoch ms)."""
    data = trigger.data
    told = OutcomeRecord(
        id=outcome_id(trigger.id, result.outcome),
        type=TYPES[result.outcome],
        time=EPOCH + timedelta(milliseconds=at),
        customer=data.customer,
        properties=OutcomeProperties(trigger.id, data.signal, result.reason, result.format),
        channel=data.channel,
        content=data.content,
    )
    return data.customer.encode(), encode_outcome(told)


def outcome_id(trigger: str, word: OutcomeWord) -> str:
    """The trigger's id and the outcome; a digest stands for an id that would be too long."""
    plain = f"{trigger}:{word}"
    return plain if len(plain) <= LONGEST_ID else f"{sha256(trigger.encode()).hexdigest()}:{word}"
