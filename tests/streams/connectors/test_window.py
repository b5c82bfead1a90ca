"""Which offsets of a partition are done: against a plain set, and over restarts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.connectors.window import Window, decode, encode


@given(
    st.integers(0, 1_000),
    st.lists(st.tuples(st.integers(1, 5), st.integers(0, 5)), max_size=60),
    st.randoms(use_true_random=False),
)
def test_the_head_is_the_first_that_is_not_done_and_a_restart_forgets_nothing(
    head: int, steps: list[tuple[int, int]], draw: object
) -> None:
    window = Window(head)
    read: list[int] = []
    done: set[int] = set()
    offset = head - 1
    for step, finished in steps:
        offset += step
        window.read(offset, offset * 10)
        read.append(offset)
        for one in draw.sample(read, min(finished, len(read))):  # type: ignore[attr-defined]
            if one not in done:
                window.finish(one)
                done.add(one)
        left = [one for one in read if one not in done]
        assert window.head == (left[0] if left else offset + 1)
        assert window.oldest == (left[0] * 10 if left else None)
        committed, metadata = window.mark()
        again = Window(committed, [committed + place for place in decode(metadata)])
        assert [one for one in read if not again.is_done(one)] == left


def test_a_restart_closes_up_over_what_was_done_before() -> None:
    window = Window(5, [6, 8])
    for offset in (5, 6, 7, 8, 9):
        window.read(offset, 0)
    window.finish(5)
    assert (window.head, len(window)) == (7, 3)
    window.finish(7)
    assert window.head == 9


@given(st.sets(st.integers(0, 5_000), max_size=100))
def test_places_come_back_as_they_were_written(places: set[int]) -> None:
    assert decode(encode(places)) == sorted(places)


def test_a_full_window_fits_into_the_metadata_of_a_commit() -> None:
    assert len(encode(range(1_500))) < 4_096 / 8


def test_what_others_commit_says_nothing() -> None:
    assert [decode(text) for text in ("", "hello", "telltale1 %", "telltale1 é")] == [[], [], [], []]
