"""What an endpoint's answer means."""

from __future__ import annotations

import pytest

from streams.connectors.answers import LONGEST_REASON, LONGEST_WAIT, Again, Answer, judge
from streams.connectors.orders import Result

NOW = 1_767_607_200.0  # 2026-01-05T10:00:00Z


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_success_delivers(status: int) -> None:
    assert judge(Answer(status), NOW) == Result("delivered")


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_what_passes_by_itself_is_tried_again(status: int) -> None:
    assert judge(Answer(status, b'{"outcome": "refused"}'), NOW) == Again(str(status), 0)


@pytest.mark.parametrize("cause", ["timeout", "connection"])
def test_no_answer_is_tried_again(cause: str) -> None:
    assert judge(Answer(0, cause=cause), NOW) == Again(cause, 0)


@pytest.mark.parametrize("status", [301, 302, 304, 400, 401, 403, 404, 409, 410, 413, 422])
def test_all_else_is_refused(status: int) -> None:
    assert judge(Answer(status), NOW) == Result("refused", "status", f"HTTP {status}")


@pytest.mark.parametrize(
    ("body", "result"),
    [
        (b'{"outcome": "refused", "reason": "unsubscribed"}', Result("refused", "answer", "unsubscribed")),
        (b'{"outcome": "failed", "queue": 7}', Result("failed", "answer")),
        (b'{"outcome": "delivered", "format": "push"}', Result("delivered", "answer", None, "push")),
        (b'{"outcome": "refused", "reason": "%s"}' % (b"x" * 999), Result("refused", "answer", "x" * LONGEST_REASON)),
    ],
)
def test_the_endpoint_may_name_the_outcome(body: bytes, result: Result) -> None:
    assert judge(Answer(200, body), NOW) == result
    assert judge(Answer(422, body), NOW) == result


@pytest.mark.parametrize(
    "body", [b"", b"ok", b"\xff", b"[]", b"{}", b'{"outcome": "opened"}', b'{"outcome": 1}', b"[" * 9_999]
)
def test_a_body_that_names_none_says_nothing(body: bytes) -> None:
    assert judge(Answer(200, body), NOW) == Result("delivered")


@pytest.mark.parametrize(
    ("header", "after"),
    [
        ("7", 7),
        (" 120 ", 120),
        ("9" * 400, LONGEST_WAIT),
        ("Mon, 05 Jan 2026 10:00:30 GMT", 30),
        ("Mon, 05 Jan 2026 09:00:00 GMT", 0),
        ("Mon, 05 Jan 2099 09:00:00 GMT", LONGEST_WAIT),
        ("soon", 0),
        ("-1", 0),
        ("\u0667", 0),
        ("", 0),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str, after: float) -> None:
    assert judge(Answer(503, retry_after=header), NOW) == Again("503", after)
