"""A real Kafka (KRaft, one node) for tests and benchmarks.

    with Kafka() as kafka:
        kafka.create_topic("touchpoints", partitions=4)
        kafka.produce("touchpoints", [Message(b"{}", key=b"c1")])
        records = kafka.read_all("touchpoints")

The helpers that talk to the broker are synchronous and may be called from async tests too; while they wait they
block the caller's event loop, so a test whose subject runs in that same loop awaits `tests.kafka_client` instead.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests import kafka_client
from tests.child import dying_with_its_parent
from tests.kafka_client import Message, Record
from tests.kafka_jars import KafkaUnavailableError, jars, tool

__all__ = ["Kafka", "KafkaUnavailableError", "Message", "Record"]

START_LIMIT = 90.0  # seconds for a broker to answer
STOP_LIMIT = 30.0  # seconds for an orderly stop, then it is killed

SHORT_LIVED = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""A JVM that is there for minutes: what its best compiler and its collector's threads cost never comes back."""

SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
log.dirs={data}
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
log.cleaner.dedupe.buffer.size=8388608
log.cleaner.io.buffer.size=131072
log.segment.bytes=67108864
initial.broker.registration.timeout.ms=30000
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=4000
num.network.threads=2
num.io.threads=4
num.recovery.threads.per.data.dir=2
"""


class Kafka:
    """One broker on free ports of the loopback, its data in a folder of its own.

    `heap` is the JVM's (`512m`), `flags` are what else it is told: none for a broker that is measured. `settings` are
    added to server.properties; `folder` keeps data and output (a temporary one, removed by `close`, when it isn't
    given). `stop` or `kill9`, then `start`: the same data and port.
    """

    def __init__(
        self,
        *,
        heap: str = "512m",
        flags: Sequence[str] = SHORT_LIVED,
        settings: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        self._own_folder = folder is None
        self.folder = folder or Path(tempfile.mkdtemp(prefix="telltale-kafka-"))
        self.log_file = self.folder / "kafka.out"
        self.port, self._controller_port = free_ports(2)
        self._options = [f"-Xmx{heap}", *flags]
        self._settings = dict(settings or {})
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """The address clients connect to, `127.0.0.1:PORT`; it stays the same over restarts."""
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """The broker's process id, None while it doesn't run."""
        return self._process.pid if self._process else None

    def start(self, *, limit: float = START_LIMIT) -> Self:
        """Starts the broker and waits until it answers; `limit` in seconds.

        Raises KafkaUnavailableError when Java or the jars can't be had, RuntimeError with the end of its output when it
        ends or doesn't answer in time.
        """
        if self._process is not None:
            raise RuntimeError(f"the broker at {self.bootstrap} runs already (pid {self.pid})")
        properties = self._write_properties()
        if not (self.folder / "data" / "meta.properties").exists():
            self._format(properties)
        self._process = self._spawn("kafka.Kafka", str(properties))
        try:
            self._wait_until_it_answers(time.monotonic() + limit)
        except BaseException:
            self.kill9()
            raise
        return self

    def stop(self) -> None:
        """Stops the broker in an orderly way (SIGTERM); killed when that takes too long."""
        self._end(signal.SIGTERM)

    def kill9(self) -> None:
        """Ends the broker at once, as a machine's failure would."""
        self._end(signal.SIGKILL)

    def close(self) -> None:
        """Ends the broker and removes its temporary folder."""
        self.kill9()
        if self._own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def log_tail(self, lines: int = 40) -> str:
        """The end of the broker's output."""
        if not self.log_file.exists():
            return "(no output)"
        return "\n".join(self.log_file.read_text(errors="replace").splitlines()[-lines:])

    def topic_name(self, stem: str = "t") -> str:
        """A name no other test of this broker uses."""
        return f"{stem}-{uuid.uuid4().hex[:10]}"

    def create_topic(self, name: str, partitions: int = 1, config: Mapping[str, str] | None = None) -> str:
        """Creates a topic and waits until each partition has a leader; returns its name."""
        return kafka_client.run(kafka_client.create_topic(self.bootstrap, name, partitions, config))

    def delete_topic(self, name: str) -> None:
        """Deletes a topic."""
        kafka_client.run(kafka_client.delete_topic(self.bootstrap, name))

    def topics(self) -> set[str]:
        """The names of all topics but the broker's own."""
        return kafka_client.run(kafka_client.topics(self.bootstrap))

    def produce(self, topic: str, messages: Iterable[Message | bytes], **options: Any) -> list[tuple[int, int]]:
        """Writes messages in order; (partition, offset) of each. `options` go to AIOKafkaProducer."""
        return kafka_client.run(kafka_client.produce(self.bootstrap, topic, messages, **options))

    def read_all(self, topic: str, *, committed: bool = False) -> list[Record]:
        """All records that the topic holds now, by partition and offset; `committed` leaves aborted ones out."""
        return kafka_client.run(kafka_client.read_all(self.bootstrap, topic, committed=committed))

    def consume(
        self, topic: str, until: int | Callable[[list[Record]], bool], *, limit: float = 30.0, committed: bool = False
    ) -> list[Record]:
        """Reads the topic from its beginning until so many records are there, or `until(records)` is true.

        Raises TimeoutError after `limit` seconds, with how many were there.
        """
        return kafka_client.run(
            kafka_client.consume(self.bootstrap, topic, until, limit=limit, committed=committed), limit=limit + 30
        )

    def end_offsets(self, topic: str) -> dict[int, int]:
        """The next offset of each partition."""
        return kafka_client.run(kafka_client.end_offsets(self.bootstrap, topic))

    def last_records(self, topic: str) -> dict[int, Record]:
        """The last record of each partition that has one; compaction and transactions must not have taken it away."""
        return kafka_client.run(kafka_client.last_records(self.bootstrap, topic))

    def evict(self, group: str) -> None:
        """Takes all members out of a consumer group, as the broker does itself when they have been silent for long."""
        kafka_client.run(kafka_client.evict(self.bootstrap, group))

    def committed(self, group: str) -> dict[tuple[str, int], int]:
        """The offsets that a consumer group has committed, by (topic, partition)."""
        return kafka_client.run(kafka_client.committed(self.bootstrap, group))

    def _write_properties(self) -> Path:
        path = self.folder / "server.properties"
        text = SETTINGS.format(port=self.port, controller_port=self._controller_port, data=self.folder / "data")
        extra = "".join(f"{name}={value}\n" for name, value in self._settings.items())
        path.write_text(text + extra)
        return path

    def _format(self, properties: Path) -> None:
        arguments = ["format", "--cluster-id", str(uuid.uuid4()), "--config", str(properties)]
        process = self._spawn("kafka.tools.StorageTool", *arguments)
        if process.wait(timeout=START_LIMIT) != 0:
            raise RuntimeError(f"Kafka's data folder could not be formatted:\n{self.log_tail()}")

    def _spawn(self, main: str, *arguments: str) -> subprocess.Popen[bytes]:
        java = tool("java", "default-jre-headless")
        options = [*self._options, "-Djava.awt.headless=true", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"]
        command = [*dying_with_its_parent(), java, *options, "-cp", f"{jars()}/*", main, *arguments]
        with self.log_file.open("ab") as output:
            # A session of its own: Ctrl-C in the terminal ends the tests, and they end the broker.
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                start_new_session=True,
            )

    def _wait_until_it_answers(self, deadline: float) -> None:
        while not kafka_client.run(kafka_client.answers(self.bootstrap)):
            ended = self._process is None or self._process.poll() is not None
            if ended or time.monotonic() > deadline:
                what = "ended" if ended else "did not answer in time"
                raise RuntimeError(f"the Kafka broker at {self.bootstrap} {what}; its last output:\n{self.log_tail()}")
            time.sleep(0.1)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(timeout=STOP_LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_ports(count: int) -> list[int]:
    """Ports of the loopback that nobody listens on."""
    # Below the range that the kernel gives to outgoing connections: while a broker is down for a restart, no client
    # can be handed its port (a client that reconnects to a dead port inside the range may even connect to itself).
    ports: list[int] = []
    draw = random.Random(os.urandom(8))
    while len(ports) < count:
        port = draw.randrange(15_000, 30_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        ports.append(port)
    return ports
