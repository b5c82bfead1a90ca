"""What may hold a signal's message back, or take it back, in plain English."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules.declaration import Cap, Channel, Library, Quiet, Signal
from rules.docs.phrase import Code, Named, Part, Phrase, Quoted, joined, phrase
from rules.docs.wording.conditions import ConditionWords
from rules.docs.wording.patterns import Sentence, asked
from rules.docs.wording.spans import lasting, number
from rules.docs.wording.types import TypeWords


class PolicyWords:
    """Says of a signal what stands between its firing and a message."""

    def __init__(self, library: Library, conditions: ConditionWords, types: TypeWords) -> None:
        self._library, self._conditions, self._types = library, conditions, types
        self._groups = {group.name: group for group in library.groups}

    def channels(self, signal: Signal) -> Sequence[Channel]:
        """Those that its message may go to."""
        names = signal.then.channels
        every = self._library.channels
        return every if signal.then.chooses_best else [one for name in names for one in every if one.name == name]

    def goes_to(self, signal: Signal) -> Phrase:
        """Which channel its message goes to."""
        named = [Named("channel", name) for name in signal.then.channels]
        if signal.then.chooses_best:
            best = "the best channel for the customer ("
            says = phrase(best, Named("channel", "best"), "): the one of which most is to be expected, less its cost")
        elif len(named) == 1:
            says = phrase("the channel ", named[0])
        else:
            says = phrase("the first of these channels that may be used now: ", joined(named, "or"))
        if signal.then.mix is None:
            return says
        mix = "; first those that are furthest behind in the mix of the story "
        return phrase(says, mix, Named("story", signal.then.mix))

    def sentences(self, signal: Signal) -> Iterator[Sentence]:
        """What holds its message back, in the order in which it is asked, and what takes it back."""
        yield from self._consent(signal)
        if signal.unless is not None:
            conditions = self._conditions.parts(signal.unless, signal.per)
            yield asked("Unless", "Its message is held back where", conditions, " Asked again where it had to wait.")
        if signal.holdout:
            share = number(round(signal.holdout * 100, 6))
            yield Sentence("Holdout", phrase(f"{share} % of customers never get it, always the same ones: {_MEASURED}"))
        if signal.goal:
            yield Sentence("Goal", phrase("It is for ", self._types.any_of(signal.goal), "."))
        if signal.group is not None:
            yield self._group(signal, signal.group)
        yield from self._caps(signal)
        yield from self._quiet(signal)
        if signal.then.cancel_on:
            comes = self._types.any_of(signal.then.cancel_on)
            yield Sentence("Taken back", phrase("When ", comes, " comes before it expires, it is taken back."))

    def _consent(self, signal: Signal) -> Iterator[Sentence]:
        asks = list[Phrase]()
        if signal.purpose is not None:
            asks.append(phrase("to customers whose ", Named("profile", f"consent.{signal.purpose}"), " is true"))
        for one in self.channels(signal):
            if one.consent is not None:
                named = Named("channel", one.name), Named("profile", one.consent)
                asks.append(phrase("on ", named[0], " to customers whose ", named[1], " is true"))
        if asks:
            says = joined(asks, "and")
            missing = "; where that is missing, they haven't agreed. Who takes it back gets what is open taken back."
            yield Sentence("Consent", phrase("Goes only ", says, missing))

    def _group(self, signal: Signal, name: str) -> Sentence:
        group = self._groups.get(name)
        ranks = "the one of highest value"
        if group is not None and group.by_response:
            ranks = "the one whose value times the chance of a response is highest"
        return Sentence("Group", phrase("Of the group ", Quoted(name), f" one message goes at a moment: {ranks}."))

    def _caps(self, signal: Signal) -> Iterator[Sentence]:
        group = self._groups.get(signal.group or "")
        bounds = [phrase(_cap(cap), " of this signal") for cap in signal.caps]
        bounds += [phrase(_cap(cap), " of the group ", Quoted(group.name)) for cap in group.caps] if group else []
        for channel in self.channels(signal):
            bounds += [phrase(_cap(cap), " on ", Named("channel", channel.name)) for cap in channel.caps]
        bounds += [phrase(_cap(cap), " of all signals") for cap in self._library.caps]
        again = self._library.content_again
        if again is not None and signal.then.content is not None:
            bounds.append(phrase("the content ", Quoted(signal.then.content), f" once in {lasting(again)}"))
        if bounds:
            yield Sentence("Limits", phrase("A customer gets at most:"), tuple(bounds))

    def _quiet(self, signal: Signal) -> Iterator[Sentence]:
        for channel in self.channels(signal):
            named: Part = Named("channel", channel.name)
            if channel.quiet is not None:
                yield Sentence("Quiet hours", phrase("On ", named, _quiet(channel.quiet)))
            if channel.rest is not None:
                rest = channel.rest
                after = f" rests for {lasting(rest.length)} after {rest.after} messages in a row without a response."
                yield Sentence("Rest", phrase(named, after))


_MEASURED = "what it achieves is measured against them."


def _cap(cap: Cap) -> Phrase:
    per: Part = phrase(" for each ", Code(cap.per)) if cap.per else ""
    return phrase(f"{cap.count} in {lasting(cap.over)}", per)


def _quiet(quiet: Quiet) -> str:
    hours = f"{_clock(quiet.begin)} to {_clock(quiet.end)} by the customer's clock"
    becomes = "what comes up then waits for their end" if quiet.defer else "what comes up then isn't sent"
    return f" nothing is sent from {hours}; {becomes}."


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
