"""The batch transport: Faust's own consumer, conductor and streams, but one event is a fetch of one partition.

Faust makes two tasks for every message; with one event for a whole fetch of a partition that cost is shared by
thousands of records. What had to be mended in Faust 0.15.3 on the way is told where it is done; `touched` names every
private attribute of Faust, mode and aiokafka that this rests on, and a contract test looks that they are still there.
"""

from streams.transport.batch import Batch, BatchSchema
from streams.transport.consumer import BatchConsumer
from streams.transport.transport import BatchTransport, FlowControl

__all__ = ["Batch", "BatchConsumer", "BatchSchema", "BatchTransport", "FlowControl"]
