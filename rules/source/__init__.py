"""YAML with places: reads a file of a library into nodes that know their line and column."""

from rules.source.node import Document, Node, Path, Place, Scalar, Sequence, Table, plain
from rules.source.read import read_document

__all__ = ["Document", "Node", "Path", "Place", "Scalar", "Sequence", "Table", "plain", "read_document"]
