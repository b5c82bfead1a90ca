"""Firings counted by something: what was sent, what was held, what came of it."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from streams.report.store import Rows, Store

BY: Final = MappingProxyType(
    {
        "signal": "signal",
        "channel": "coalesce(channel, '-')",
        "loop": "coalesce(loop, '-')",
        "stage": "unnest(if(len(stages) > 0, stages, ['-']))",
        "segment": "unnest(if(len(segments) > 0, segments, ['-']))",
        "group": "coalesce(\"group\", '-')",
        "content": "coalesce(content, '-')",
        "reason": "coalesce(reason, '-')",
        "library": "coalesce(library, '-')",
        "format": "coalesce(format, '-')",
        "day": "strftime(make_timestamp_ms(time), '%Y-%m-%d')",
        "hour": "strftime(make_timestamp_ms(time), '%H:00')",
    }
)
"""What firings may be counted by, as SQL. Of stages and segments a firing counts for each that the customer is in; days
and hours are those of UTC."""

_COUNTS: Final = """
    count(*) as firings,
    count(distinct customer) as customers,
    count(*) filter (outcome = 'sent') as sent,
    count(*) filter (outcome = 'deferred') as deferred,
    count(*) filter (outcome = 'held') as held,
    count(*) filter (outcome = 'cancelled') as cancelled,
"""
_RESPONSES: Final = """
    count(*) filter (delivered) as delivered,
    count(*) filter (opened) as opened,
    count(*) filter (clicked) as clicked,
    count(*) filter (converted) as converted,
    count(*) filter (failed or refused) as failed,
"""


def counted_by(store: Store, names: tuple[str, ...], responses: bool) -> Rows:
    """Firings by one or more of `BY`, most firings first; what came of them where ``responses`` says so."""
    keys = ", ".join(f"{BY[name]} as key{at}" for at, name in enumerate(names))
    shown = ", ".join(f'key{at} as "{name}"' for at, name in enumerate(names))
    grouped = ", ".join(f"key{at}" for at in range(len(names)))
    measures = _COUNTS + (_RESPONSES if responses else "")
    return store.ask(f"""
        select {shown}, {measures}
        from (select {keys}, * from firings left join responses on responses."trigger" = firings.id)
        group by {grouped} order by count(*) desc, {grouped}
    """)  # noqa: S608  # names of BY, and SQL of ours
