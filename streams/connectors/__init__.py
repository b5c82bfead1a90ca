"""Connectors: what stands between the topic of a channel and the endpoint that acts.

Records come in by `worker`, are understood by `ledger`, queue by customer in `partition`, and are carried by `carrying`
to a destination (`webhook`, `file`); `settling` tells what came of them: outcomes to the log, offsets to the group.
"""

from streams.connectors.file import File, FileTakenError, LinesFile
from streams.connectors.options import Connection
from streams.connectors.run import run_connector
from streams.connectors.signature import SecretError, read_secrets
from streams.connectors.webhook import Webhook

__all__ = [
    "Connection",
    "File",
    "FileTakenError",
    "LinesFile",
    "SecretError",
    "Webhook",
    "read_secrets",
    "run_connector",
]
