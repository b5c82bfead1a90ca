"""When is tried again: waits that grow with jitter, and the circuit's opening, trying and closing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.connectors.circuit import FAILURES, LONGEST, LOOK, Circuit, backoff


@given(st.integers(1, 10_000), st.floats(0, 1), st.floats(0, 1_000))
def test_a_wait_is_jittered_bounded_and_never_below_what_was_asked_for(tries: int, draw: float, after: float) -> None:
    assert after <= backoff(tries, draw, after) <= max(after, LONGEST)
    assert backoff(tries, 0.0) == 0.0


def test_waits_double_up_to_the_longest() -> None:
    assert [backoff(tries, 1.0) for tries in (1, 2, 3, 7, 8, 100)] == [1, 2, 4, 60, 60, 60]


def opened(now: float = 0.0) -> Circuit:
    circuit = Circuit()
    for _ in range(FAILURES):
        assert circuit.enter(now) == 0
        circuit.failed(now, 1.0)
    return circuit


def test_failures_in_a_row_open_it_and_a_success_between_them_does_not() -> None:
    circuit = Circuit()
    for _ in range(FAILURES - 1):
        circuit.failed(0, 1.0)
    circuit.succeeded()
    circuit.failed(0, 1.0)
    assert circuit.closed
    assert not opened().closed


def test_open_it_lets_one_try_at_a_time_later_and_later() -> None:
    circuit, now = opened(), 0.0
    for pause in (1, 2, 4, 8, 16, 32, 60, 60):
        assert circuit.enter(now) == pause
        now += pause
        assert circuit.enter(now) == 0
        assert circuit.enter(now) == LOOK
        circuit.failed(now, 1.0)
    circuit.succeeded()
    assert circuit.closed
    assert circuit.enter(now) == 0


def test_those_who_were_under_way_when_it_opened_make_it_no_longer() -> None:
    circuit = opened()
    for _ in range(100):
        circuit.failed(0.5, 1.0)
    assert circuit.enter(0.5) == 0.5


def test_an_endpoint_that_asks_for_time_gets_it_but_not_for_ever() -> None:
    circuit = Circuit()
    circuit.failed(10, 1.0, after=3)
    assert (circuit.enter(10), circuit.enter(12), circuit.enter(13)) == (3, 1, 0)
    circuit.failed(13, 1.0, after=86_400)
    assert circuit.enter(13) == LONGEST
