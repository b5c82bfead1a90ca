"""Mapping files: which column or path of a site's own records becomes which field of a touchpoint."""

from streams.codecs.mapping.apply import touchpoint
from streams.codecs.mapping.document import MappingError
from streams.codecs.mapping.model import SourceMapping
from streams.codecs.mapping.read import read_mapping

__all__ = ["MappingError", "SourceMapping", "read_mapping", "touchpoint"]
