"""States on disk: a stop and a start, and a crash, read them again."""

from __future__ import annotations

import pytest

from tests.end_to_end.conftest import Installer
from tests.end_to_end.traffic import Shoppers, publish

pytest.importorskip("rocksdict")


def test_stop_start_and_crash_with_rocksdb(install: Installer) -> None:
    quick = install(clock="log", store="rocksdb", poll=200)
    shoppers = Shoppers(seed=11)
    detector = quick.start()
    publish(quick, shoppers.steps(2_000))
    quick.wait_read()
    assert detector.terminate() == 0
    assert list((detector.folder / "data").iterdir())
    publish(quick, shoppers.steps(2_000))
    detector.start().wait_ready()
    quick.wait_progress(500)
    quick.kill9(detector)
    detector.start()
    publish(quick, shoppers.steps(1_000))
    quick.wait_read()
    quick.check()
    assert detector.terminate() == 0
