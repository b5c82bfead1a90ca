"""RESULTS.md keeps one section for each benchmark, with the command that makes it again."""

from __future__ import annotations

from pathlib import Path

from tests.bench.report import Report, keep


def _report(name: str, cell: str) -> Report:
    report = Report(name, "A title", ["", "us"], notes=["A note."])
    report.add("engine", cell)
    return report


def test_a_section_is_replaced_and_the_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "RESULTS.md"
    keep("step", "python -m tests.bench.step", [_report("step", "8.1")], path)
    keep("w1", "python -m tests.bench.w1", [_report("w1", "12.5")], path)
    before = path.read_text()
    keep("step", "python -m tests.bench.step --rounds 5", [_report("step", "7.9")], path)
    after = path.read_text()
    assert before.count("| engine | 8.1 |") == 1
    assert after.count("| engine | 7.9 |") == 1
    assert "8.1" not in after
    assert "`python -m tests.bench.step --rounds 5` on " in after
    assert after[after.index("## w1") :] == before[before.index("## w1") :]
    assert after.index("## step") < after.index("## w1")


def test_a_table_reads_as_markdown() -> None:
    expected = """\
**A title**

|  | us |
| --- | ---: |
| engine | 1\\|2 |

- A note."""
    assert _report("step", "1|2").markdown() == expected
