"""Source records to touchpoints of the log: pure functions on bytes, one for each format."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from streams.codecs import cloudevents, native, segment
from streams.codecs.mapped import mapped
from streams.codecs.mapping import read_mapping
from streams.codecs.record import Codec, Fields, Reason, SourceRecord

__all__ = ["FORMATS", "Codec", "Fields", "Reason", "SourceRecord", "codec_for"]

FORMATS = ("native", "segment", "cloudevents", "json")
_FIXED: Mapping[str, Codec] = {
    "native": native.decode,
    "segment": segment.decode,
    "cloudevents": cloudevents.decode,
}


def codec_for(name: str, mapping: Path | None = None) -> Codec:
    """The codec of a format; ``json`` is a site's own and needs a mapping file, the others take none.

    Raises:
        ValueError: when the format is unknown, or the mapping is missing or too much.
        MappingError, OSError: when the mapping file can't be used.
    """
    if name not in FORMATS:
        raise ValueError(f"found the format `{name}`; expected one of {', '.join(FORMATS)}")
    if (mapping is None) == (name == "json"):
        raise ValueError(
            "found `json` without a mapping file; expected json:MAPPING.yaml"
            if mapping is None
            else f"found a mapping file at `{name}`; expected one at `json` only"
        )
    return _FIXED[name] if mapping is None else mapped(read_mapping(mapping))
