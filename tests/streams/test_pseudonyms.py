"""Histories that name nobody, and the file that can be destroyed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from streams.log_dump import pseudonymous_line
from streams.pseudonyms import KeysError, Pseudonymiser, Pseudonyms
from tests.rules.libraries import written
from tests.streams.records import Incoming
from tests.streams.test_cli import telltale

SAID: dict[str, Any] = {
    "id": "mail:ann@example.org:1",
    "type": "trigger.opened",
    "time": 1_767_607_200_000,
    "customer": "ann@example.org",
    "channel": "email",
    "value": 3.5,
    "identities": {"crm": "4711", "device": "ann-phone"},
    "properties": {"trigger": "mail:ann@example.org:1", "signal": "mail", "size": "M", "name": "Ann"},
    "nickname": "Annie",
}
NAMES = (b"ann@example.org", b"4711", b"ann-phone", b"Annie", b'"Ann"')


def pseudonymous(path: Path, said: dict[str, Any] = SAID, keep: tuple[str, ...] = ("size",)) -> bytes:
    with Pseudonyms(path) as known:
        line = pseudonymous_line(
            Incoming(orjson.dumps(said), key=said["customer"].encode()), Pseudonymiser(known, keep)
        )
    assert line is not None
    return line


def test_a_line_names_nobody_and_keeps_what_was_done(tmp_path: Path) -> None:
    line = pseudonymous(tmp_path / "keys")
    assert not [name for name in NAMES if name in line]
    kept = orjson.loads(line)
    assert kept["customer"].startswith("p-")
    assert kept["identities"].keys() == {"crm", "device"}
    assert kept["id"] == kept["properties"]["trigger"]
    assert {name: kept[name] for name in ("type", "time", "channel", "value")} == {
        "type": "trigger.opened",
        "time": 1_767_607_200_000,
        "channel": "email",
        "value": 3.5,
    }
    assert kept["properties"] == {"size": "M", "signal": "mail", "trigger": kept["id"]}


def test_the_same_person_has_the_same_pseudonym_tomorrow(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    assert pseudonymous(keys) == pseudonymous(keys)
    assert pseudonymous(tmp_path / "others") != pseudonymous(keys)


def test_only_the_file_knows_who_it_was(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    pseudonymous(keys)
    assert keys.stat().st_mode & 0o077 == 0
    assert b"ann@example.org" in keys.read_bytes()


def test_a_forgotten_person_is_not_in_the_file_and_would_get_another_pseudonym(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    before = orjson.loads(pseudonymous(keys))["customer"]
    result = telltale("log", "forget", "ann@example.org", "nobody", "--pseudonyms", keys)
    assert (result.exit_code, result.stderr) == (0, "1 pseudonym forgotten\n")
    assert b"ann@example.org" not in keys.read_bytes()
    assert orjson.loads(pseudonymous(keys))["customer"] != before


@pytest.mark.parametrize("value", [None, b"nonsense", b"[1]", b'{"customer": "other"}'])
def test_what_cannot_be_read_is_left_out_as_nobody_knows_whom_it_names(tmp_path: Path, value: bytes | None) -> None:
    with Pseudonyms(tmp_path / "keys") as known:
        assert pseudonymous_line(Incoming(value, key=b"ann"), Pseudonymiser(known, ())) is None


def test_a_replay_of_it_fires_as_the_log_itself(tmp_path: Path) -> None:
    """Of pseudonyms in the place of customers, at the same moments."""
    library = written(
        tmp_path / "library",
        {"signals/one.yaml": "signal: one\nowner: a\nreason: b\nstatus: live\nsilent: 1h\nof: view\n"},
    )
    plain, hidden = tmp_path / "plain.jsonl", tmp_path / "hidden.jsonl"
    said = [{"id": str(n), "type": "view", "time": n * 60_000, "customer": f"c{n % 7}"} for n in range(50)]
    plain.write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in said))
    with Pseudonyms(tmp_path / "keys") as known:
        naming = Pseudonymiser(known, ())
        lines = [
            pseudonymous_line(Incoming(orjson.dumps(one), offset=n, key=one["customer"].encode()), naming)
            for n, one in enumerate(said)
        ]
        names = {f"c{n}": known.of(f"c{n}") for n in range(7)}
    hidden.write_bytes(b"".join((line or b"").replace(b',"_log"', b',"log"') + b"\n" for line in lines))
    fired = []
    for path in (plain, hidden):
        out = tmp_path / "decisions.jsonl"
        result = telltale("replay", path, "--library", library, "--decisions", out, "--until", "+2h")
        assert result.exit_code == 0, result.stderr
        decisions = [orjson.loads(line) for line in out.read_bytes().splitlines()]
        fired.append({(one["customer"], one["time"]) for one in decisions})
    assert len(fired[0]) == 7
    assert fired[1] == {(names[customer], time) for customer, time in fired[0]}


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text("not a database, but long enough to look like one " * 40)
    with pytest.raises(KeysError, match="expected the file of pseudonyms, or none yet"):
        Pseudonyms(path)
