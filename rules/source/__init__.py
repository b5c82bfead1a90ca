"""YAML with places: reads a file of a library into nodes that know their line and column."""

from rules.source.node import Document, Node, Path, Place, Scalar, Sequence, Table, plain
from rules.source.read import decode_document, read_document

__all__ = [
    "Document",
    "Node",
    "Path",
    "Place",
    "Scalar",
    "Sequence",
    "Table",
    "decode_document",
    "plain",
    "read_document",
]
