"""The Faust app under the detector: its settings, its transport, its table."""

import logging
import os
import socket
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import faust

from streams.settings import Settings, ssl_context
from streams.table import BulkTable, Fault
from streams.topics import Catalogue
from streams.transport import BatchSchema, BatchTransport, FlowControl
from streams.transport.consumer import Positions

QUEUED = 8
"""Batches between fetcher and lanes."""

GROUP = "telltale"
COMMIT_INTERVAL = 1.0
COMMIT_INTERVAL_OF_SOURCES = 0.2
"""Seconds between two commits: of sources often, as the ticks of other workers wait for what isn't committed."""


class TelltaleApp(faust.App):
    """A Faust app on the batch transport."""

    logger = logging.getLogger("faust.app")

    def __init__(self, *args: Any, fetch_wait: int, positions: Positions, **options: Any) -> None:
        self._batch_options: dict[str, Any] = {"fetch_wait": fetch_wait, "positions": positions}
        super().__init__(*args, **options)

    def _new_transport(self) -> Any:
        return BatchTransport(self.conf.broker_consumer, self, **self._batch_options)

    def _new_producer_transport(self) -> Any:
        return BatchTransport(self.conf.broker_producer, self, **self._batch_options)

    def _create_directories(self) -> None:
        """None: the store on disk makes its own, the one in memory needs none."""

    @cached_property
    def flow_control(self) -> FlowControl:
        """Flow control that clears queues only when they were suspended."""
        return FlowControl(loop=self.loop)


def faust_app(settings: Settings, positions: Positions) -> TelltaleApp:
    host = f"http://{socket.gethostname()}:{settings.web_port or os.getpid()}"
    options: dict[str, Any] = {
        "broker": [f"kafka://{one.strip()}" for one in settings.broker.split(",")],
        "broker_credentials": _credentials(settings),
        "broker_commit_interval": COMMIT_INTERVAL_OF_SOURCES if settings.sources else COMMIT_INTERVAL,
        "broker_max_poll_records": settings.poll,
        "broker_session_timeout": settings.session_timeout,
        "broker_heartbeat_interval": settings.session_timeout / 4,
        "broker_rebalance_timeout": settings.rebalance_timeout,
        "consumer_auto_offset_reset": "earliest",
        "canonical_url": host,
        "datadir": str(settings.data_dir),
        "agent_supervisor": "mode.CrashingSupervisor",
        "store": "memory://",
        "stream_buffer_maxsize": QUEUED,
        "stream_wait_empty": False,
        "table_standby_replicas": settings.standbys,
        "topic_allow_declare": False,
        "topic_disable_leader": True,
        "web_enabled": False,
    }
    return TelltaleApp(settings.name(GROUP), fetch_wait=settings.fetch_wait, positions=positions, **options)


def _credentials(settings: Settings) -> Any:
    context = ssl_context(settings)
    if settings.security_protocol.startswith("SASL"):
        return faust.SASLCredentials(
            username=settings.sasl_username,
            password=settings.sasl_password,
            ssl_context=context,
            mechanism=settings.sasl_mechanism,
        )
    return faust.SSLCredentials(context) if context else None


def states_table(
    app: TelltaleApp, settings: Settings, catalogue: Catalogue, counts: Mapping[str, int], fault: Fault
) -> BulkTable:
    changelog = app.topic(catalogue.states.name, schema=BatchSchema(), acks=False, internal=True)
    folder = settings.data_dir if settings.store == "rocksdb" else None
    table = BulkTable(
        app,
        folder=folder,
        fault=fault,
        name="states",
        changelog_topic=changelog,
        partitions=counts[catalogue.states.name],
        beacon=app.tables.beacon,
    )
    app.tables.add(table)
    return table
