"""W1 as Faust's guide writes such things: one agent, one event at a time, a table, a send for each trigger.

It does less than the detector: no duplicates are looked for, no decisions are written, baskets that wait are forgotten
at a restart, and a crash may lose events.

    python -m tests.bench.faust_agent BOOTSTRAP TOPIC OUTPUT FOLDER
"""

from __future__ import annotations

import sys
from heapq import heappop, heappush
from math import exp2
from typing import Any

import faust

from tests.bench.handwritten import HALF_LIFE, NEVER, SILENCE, WEIGHTS
from tests.bench.workload import HOUR, PARTITIONS


def build(bootstrap: str, topic: str, output: str, folder: str) -> faust.App:
    """The app, ready to be run by a Faust worker."""
    app = faust.App(
        "w1-faust",
        broker=f"kafka://{bootstrap}",
        store="memory://",
        datadir=folder,
        topic_partitions=PARTITIONS,
        web_enabled=False,
    )
    touchpoints = app.topic(topic, value_serializer="json")
    triggers = app.topic(output, value_serializer="json")
    customers = app.Table("customers", default=_nothing_yet)
    baskets: list[list[tuple[int, str]]] = [[] for _ in range(PARTITIONS)]

    async def fire(signal: str, customer: str, time: int, touchpoint: str) -> None:
        trigger = {"id": f"{signal}:{customer}:{time}", "signal": signal, "touchpoints": [touchpoint]}
        await triggers.send(key=customer, value=trigger)

    async def abandon(partition: int, until: int) -> None:
        waiting = baskets[partition]
        while waiting and waiting[0][0] <= until:
            due, customer = heappop(waiting)
            known = customers[customer]
            if known["due"] == due:
                await fire("abandoned", customer, due, known["basket"])
                customers[customer] = {**known, "due": NEVER}

    @app.agent(touchpoints)
    async def watch(stream: Any) -> None:
        async for event in stream.events():
            touchpoint, partition = event.value, event.message.partition
            time, kind = touchpoint["time"], touchpoint["type"]
            if kind == "clock.tick":
                await abandon(partition, time)
                continue
            customer, known = touchpoint["customer"], dict(customers[touchpoint["customer"]])
            if known["due"] <= time:
                await fire("abandoned", customer, known["due"], known["basket"])
                known["due"] = NEVER
            for signal in take(known, touchpoint["id"], kind, time):
                await fire(signal, customer, time, touchpoint["id"])
            if kind == "add_to_cart":
                heappush(baskets[partition], (known["due"], customer))
            customers[customer] = known

    return app


def take(known: dict[str, Any], identifier: str, kind: str, time: int) -> list[str]:
    """Changes what is known of a customer by a touchpoint; the signals that fire by it."""
    fired = []
    if kind in WEIGHTS:
        before = known["heat"] * exp2((known["heat_at"] - time) / HALF_LIFE)
        known["heat"], known["heat_at"] = before + WEIGHTS[kind], time
        if round(known["heat"], 9) >= 20 > round(before, 9):
            fired.append("hot")
    if kind == "product_view":
        known["views"] = [view for view in known["views"] if view > time - HOUR] + [time]
        if len(known["views"]) == 5:
            fired.append("keen")
    elif kind == "add_to_cart":
        known["due"], known["basket"] = time + SILENCE, identifier
    elif kind == "purchase":
        known["due"] = NEVER
    return fired


def _nothing_yet() -> dict[str, Any]:
    return {"due": NEVER, "basket": "", "views": [], "heat": 0.0, "heat_at": 0}


if __name__ == "__main__":
    faust.Worker(build(*sys.argv[1:]), loglevel="WARNING").execute_from_commandline()
