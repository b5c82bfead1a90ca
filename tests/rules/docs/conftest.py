"""The browser that pages are looked at in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.rules.docs.browser import Browser, MissingBrowser, browsing


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    try:
        with browsing() as one:
            yield one
    except MissingBrowser as missing:
        pytest.fail(str(missing), pytrace=False)
