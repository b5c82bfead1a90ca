"""The jars of the test broker: fetched once from Maven Central, kept in a cache folder."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

POM = Path(__file__).with_name("kafka-pom.xml")


class KafkaUnavailableError(RuntimeError):
    """The test broker can't be had on this machine; the text says what is missing and what installs it."""


def cache_folder() -> Path:
    """Where jars are kept between runs: `TELLTALE_TEST_CACHE`, or `~/.cache/telltale`."""
    chosen = os.environ.get("TELLTALE_TEST_CACHE")
    return Path(chosen) if chosen else Path.home() / ".cache" / "telltale"


def tool(name: str, package: str) -> str:
    """The path of a program. Raises KafkaUnavailableError with what installs it."""
    found = shutil.which(name)
    if found is None:
        raise KafkaUnavailableError(
            f"tests on a real Kafka need {name}: not found in PATH; install it (Debian: apt-get install {package})"
        )
    return found


def jars() -> Path:
    """The folder of the broker's jars; fetched first where the cache lacks them."""
    # The folder is named after the pom's content, so a new Kafka version never meets the old jars.
    wanted = cache_folder() / f"kafka-{hashlib.sha256(POM.read_bytes()).hexdigest()[:12]}"
    if not wanted.is_dir():
        wanted.parent.mkdir(parents=True, exist_ok=True)
        with (wanted.parent / f"{wanted.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not wanted.is_dir():
                _fetch(wanted)
    return wanted


def _fetch(wanted: Path) -> None:
    mvn = tool("mvn", "maven")
    # The rename makes the folder whole or absent: a run that is killed half way leaves nothing that looks done.
    with tempfile.TemporaryDirectory(dir=wanted.parent, prefix="fetch-") as folder:
        fetched = Path(folder) / "jars"
        command = [mvn, "-B", "-q", "-f", str(POM), "dependency:copy-dependencies"]
        result = subprocess.run(
            [*command, "-DincludeScope=runtime", f"-DoutputDirectory={fetched}"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        if result.returncode != 0:
            raise KafkaUnavailableError(
                f"Maven could not fetch Kafka's jars:\n{(result.stdout + result.stderr)[-2000:]}"
            )
        fetched.rename(wanted)
