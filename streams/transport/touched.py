"""Every private attribute of Faust, mode and aiokafka that the runtime overrides or reads, in one place.

The pins of these packages are exact because of this list. A contract test looks that each is still there, with the
parameters it had, and that nothing beside the list is touched: on an upgrade, its failures are what there is to check.
"""

from dataclasses import dataclass

APP = "faust.app.base:App"
CONSUMER = "faust.transport.drivers.aiokafka:Consumer"
THREAD = "faust.transport.drivers.aiokafka:AIOKafkaConsumerThread"
TABLE = "faust.tables.base:Collection"
CLIENT = "aiokafka:AIOKafkaConsumer"


@dataclass(frozen=True, slots=True)
class Touched:
    """A private name of a class: `parameters` of a method in order, None for an attribute of its instances."""

    owner: str
    name: str
    parameters: tuple[str, ...] | None
    why: str


TOUCHED: tuple[Touched, ...] = (
    Touched(APP, "_new_transport", ("self",), "brings in the batch transport, so that broker URLs stay kafka://"),
    Touched(APP, "_new_producer_transport", ("self",), "the same for the producer's side"),
    Touched(APP, "_create_directories", ("self",), "Faust makes folders that nothing is put in"),
    Touched(CONSUMER, "_new_consumer_thread", ("self",), "makes our thread"),
    Touched(CONSUMER, "_thread", None, "seeks and reads commits in the thread"),
    Touched(
        CONSUMER, "_getmany", ("self", "active_partitions", "timeout"), "fetches batches, leaves throttled ones out"
    ),
    Touched(CONSUMER, "_to_message", ("self", "tp", "record"), "makes one message of a batch"),
    Touched(CONSUMER, "_add_gap", ("self", "tp", "offset_from", "offset_to"), "gaps between batches mean nothing"),
    Touched(CONSUMER, "_unacked_messages", None, "an acked batch isn't waited for"),
    Touched(CONSUMER, "_filter_tps_with_pending_acks", ("self", "topics"), "partitions with batches on their way"),
    Touched(CONSUMER, "_new_offset", ("self", "tp"), "only the contiguous head is committed"),
    Touched(CONSUMER, "_should_commit", ("self", "tp", "offset"), "whatever the head gives is new"),
    Touched(CONSUMER, "_commit", ("self", "offsets"), "a failed commit is tried again"),
    Touched(CONSUMER, "_is_changelog_tp", ("self", "tp"), "tells sources from changelogs"),
    Touched(CONSUMER, "_read_offset", None, "reset behind a seek, or batches would be dropped as read"),
    Touched(CONSUMER, "_committed_offset", None, "set behind a seek"),
    Touched(THREAD, "_create_worker_consumer", ("self", "transport"), "sets the wait of a fetch"),
    Touched(THREAD, "_fetch_records", ("self", "consumer", "active_partitions", "timeout", "max_records"), "batches"),
    Touched(THREAD, "_seek_wait", ("self", "consumer", "partitions"), "counts recovery's seeks"),
    Touched(THREAD, "_commit", ("self", "offsets"), "a failed commit doesn't end the process"),
    Touched(THREAD, "_ensure_consumer", ("self",), "the thread's aiokafka consumer"),
    Touched(TABLE, "_new_store", ("self",), "makes the bulk store"),
    Touched(CLIENT, "_fetch_max_wait_ms", None, "Faust has 1,500 ms written into the call"),
)
