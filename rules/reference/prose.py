"""What the schema can't say: the words, the files, expressions, the patterns' edges, time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final = """
- A **touchpoint** is one interaction of one customer: who, when, which type, which channel, about which product,
  brand or content, with what evidence.
- A **feature** is a named value kept per customer (and per product, brand, ...) over touchpoints.
- A **segment** is a named condition about a customer. A **story** is a brand's learning path of stages and modules.
- A **signal** is a declared pattern with an owner, a reason, a status and a value. An **instance** of it belongs to
  one customer (and one `per` value).
- A **firing** is the moment a signal's pattern comes true, a **decision** what policy made of it, a **trigger** the
  message that went to a channel.
"""

FILES: Final = """
```
DIR/
  library.yaml                 what holds for all of the library
  interactions.yaml            the catalogue of touchpoint types
  features.yaml                features by name
  segments.yaml                segments by name
  channels.yaml                channels by name
  stories/NAME.yaml            one story a file; `story:` is its name
  signals/**/NAME.yaml         one signal a file; `signal:` is its name
  signals/**/NAME.test.yaml    its timelines, beside it
```

Every file but library.yaml is optional. Files are YAML 1.2 in UTF-8 without anchors, aliases and tags; a key stands
once. A value that holds `: ` or ` #`, or begins with `*`, `&`, `!`, a quote or a bracket, is written in quotes. All
mistakes of all files come at once, each with its place, what was found, what was expected and what to write
instead.

A duration is a whole number and one unit of s, m, h or d: `90s`, `30m`, `24h`, `14d`; at most 3660d. A type is a
dotted name; `content.*` is every type below `content.` at any depth, but not `content`; a list of types may stand
wherever one may. `'*'` is every type that customers make: not `signal.fired`, `profile.updated`, `identity.linked`,
`identity.unlinked`, `clock.tick`, `library.switched` and `trigger.*`, which are read by their names, nor
`context.updated`, `signal.addressed` and `customer.erased`, which no pattern reads. Types are compared letter by
letter, capitals too.
"""

SEGMENTS: Final = """
Each is a name and its condition, which is read in the place of `segment.NAME`:

```yaml
young_family: profile.children >= 1 and profile.age < 40
```
"""

EXPRESSIONS: Final = """
Expressions have Python's operators and literals without Python's reach: comparisons (chained too), `and`, `or` and
`not`, arithmetic (`+`, `-`, `*`, `/`, `%`), `in` and `not in`, parentheses, `a if b else c`, numbers, texts in
quotes, `True`, `False`, lists of values (`['a', 'b']`) and the functions below. In `where` and in weights the names
are the touchpoint's own fields. In `when`, `if`, carried values and segments they are features, `profile.NAME`
(deeper: `profile.a.b`, of a list by its place: `profile.dependents[0].age`), `segment.NAME`, the values of stories
(`stage.STORY` and others) and `touchpoint.FIELD`, the touchpoint at hand, which is missing where time alone moves. A
name that is no plain word is written in brackets: `properties['with-dash']`.

**Context.** `context.NAME` is what is so for everybody, such as the weather; a part of it may be looked up by what the
profile or a feature says: `context.weather[profile.town].sky`. A whole number there names what its text names. It is
read in `if`, carried values and segments, as of their place in the log; a `when` doesn't read it, for a change of the
context is no record of any customer, and nothing fires by it.

**Missing.** A field, a feature or part of the profile that isn't there is missing. So is null. It is falsy for `and
or not if`; a comparison with it is false, `!=` and `not in` too; arithmetic, `min` and `max` with it are missing.
`exists(x)` asks. Division by 0 is missing, and so is a result that no number can hold.

**Kinds.** A value is true or false, a number, a text, a list or a mapping; true and false are no numbers. Of two
kinds `<` and its like are false, `==` is false and `!=` is true; arithmetic of what isn't a number, of two texts too,
is missing. `a in b` is, for a list, whether one of its values equals a, and for two texts, whether a is a part of b.
Falsy are missing, False, 0, the empty text and the empty list; `and` and `or` give one of their operands, as in
Python. What can never make sense by the kinds that are known is refused when the library is read, and so are unknown
names.

**Dates.** A date is a text such as `2026-01-31`, an instant a text such as `2026-01-31T09:00:00Z` (without an
offset it is UTC) or a number, epoch milliseconds. Dates are of the customer's time zone: `profile.time_zone` where
that is a known IANA name, else the library's `time_zone`; in a `where` and in weights, which see no profile, they
are of the library's, and now is the touchpoint's own time. What is neither a date nor an instant is missing. A
calendar day begins at its first moment, where clocks skip midnight too; where clocks go back over midnight, the day
before doesn't come again.

**Conditions that move.** In a `when`, a comparison with a score or one of `days_since`, `days_until` and
`hours_since` must have it on one side, times or plus numbers, and on the other what stands still between
touchpoints, so that the moment at which it turns can be found. `==` and `!=` are allowed of `days_since` and
`days_until` alone, and not of what is known to be an instant. Beware what time alone can turn: `sum >= x` where a
negative value leaves the window, and `mean`, `min`, `max`, `first`, `last`, `top`, `distinct ==`, `trend` at any
expiry.

**Bounds.** An expression has at most 2,000 characters, 200 names, literals and operators, 1,000 more in the
segments that it reads, and 40 levels, one inside the other; a text in it 256 characters, a list 100 values, a
pattern 200 characters. Numbers are at most 2**53 in size; a whole result beyond 2**63 goes on as a fraction.
"""

STORIES: Final = """
The touchpoints of a story are read in the order of their times, then that of the log. Each does this, one after the
other: it begins the story, or begins it anew; what it is worth is added to each of its modules; it answers branches,
then opens them; modules that are unlocked and have what they need are done, those before others first; it is counted
for the next stage; the customer moves on as far as that leads, through more than one stage where nothing more is
needed. What begins or is done by it has its time as the moment. In a round all stays done, unlocked and opened.

By time alone a stage becomes overdue, at `since` + `within`; an interest closes, so long after its last touchpoint;
and with `half_life` attention is forgotten, as a `score` decays: a `when` reads it as it may read a score. Attention is
rounded to 9 decimals; what came above 1 is kept, and is forgotten too. Nothing else moves between touchpoints: a story
that is to begin anew after a silence does so with the touchpoint that ends it.

A share of the mix is missing until attention has come by one of the mix's channels. With `types` a stage counts as many
touchpoints as types at least. `unlocked.CHANNEL` is there for the channels of `channels`, `share` and `off` where there
is a `mix`, by the names of its shares. A name that is no plain word is written in brackets:
`story.cardio.unlocked['direct-mail']`.

A late touchpoint within `late_by` is read in its place: the last 8 touchpoints of the story are kept for that. One that
came before all of these is read right before them, as of the time of what was read before. Beyond `late_by` a story
takes nothing. A customer keeps a story's value as long as its definition is the same, `owner` and `reason` aside.
"""

WHEN: Final = """
`when` compares its value before a record with that after it; a late touchpoint is asked at the customer's clock.
Time alone turns it at the first whole millisecond at which it is true. With `hold` it fires at t + hold if it has
been true ever since t and still is when t + hold is reached, before any touchpoint of that millisecond; false and
true again begins anew; it can't read the touchpoint. With `per` it must read a feature kept per that field: an
instance begins with the first touchpoint of that value that such a feature takes, and is asked at every record of
the customer. It ends without firing when any such feature that it reads lets the value go, and begins with the next
touchpoint of the value that any of them takes. After a library switch its value then counts as its value before.
"""

FOLLOW: Final = """
A customer (or instance) has at most one run; a touchpoint fulfils at most one step. It is asked in this order: is
`within` over (the run is gone); does it fulfil the awaited step; does it break the run; does it, with `restart:
latest`, begin it anew. One that breaks a run or comes too late may begin a new one. `within` is closed and counts
from the moment of the step before: a silence's end, the last of `times`; with `times` all fall within, on the first
step the run begins with the first of them. A silence after a step at t is fulfilled when t + d is reached, before
touchpoints of that millisecond; of types with `latency` L, at t + d + L, and only what lies in (t, t + d) breaks
it, and a breaker at t itself after the step in the log. A touchpoint that lacks a field of `same` begins no run.
"""

SILENT: Final = """
`silent: d` fires at last + d, before a touchpoint of that millisecond, once for each last touchpoint; of types with
`latency` L, for each one with none in (t, t + d), at t + d + L. Where last + d has passed when a late one comes, it
fires now. With `per`, touchpoints without the field don't concern it. Of touchpoints of one millisecond the later in
the log is named. With latency 128 touchpoints of an instance are kept, without those that no late one can have to do
with.
"""

DATE: Final = """
It is asked when time comes to a window and when the profile changes, at the customer's clock, however late the change.
A change that moves now into a window fires; one within a window, its own or another year's, doesn't. Windows of a
yearly date that overlap fire each for itself. A duration that isn't whole days is elapsed time from the date's
midnight, and the day after it is then 24 hours. A yearly instant comes in other years at the same local date and time.
"""

FIRING: Final = """
At the moment of firing `again` is asked, then `if`. A moment less than `again` from a firing of the instance
doesn't fire and isn't made up for; firings count, sent or not. Where `if` is false the moment passes, a decision
with the reason `if`, and the pattern starts anew as after a firing, but `again` doesn't start. An instance fires at
most once in a millisecond. With `per`, a touchpoint without the field begins and fulfils nothing, but as one of
`without` it counts for every instance. 100 instances are kept for a customer, the one touched longest ago ends
without firing, and its `again` with it: its value is as never seen.

A firing with `then: {to: related.NAME}` goes to whom `profile.related.NAME` names, an id or a list of up to eight, as a
record `signal.addressed`; one that `if` refuses, or of a `shadow`, doesn't. It is decided as that customer's own, with
the id `SIGNAL:PERSON:PER:CUSTOMER:MOMENT` and `about`, the customer. Pattern, `if`, `again` and `carry` are the
customer's. It is a record of the person's: it moves their clock, and where it is less than that, its time is their
clock and it is late. Where nobody is named it is held, with the reason `no relation`.

A firing with `then: {to: related.NAME}` goes to whom `profile.related.NAME` names, an id or a list of up to eight, as a
record `signal.addressed`; one that `if` refuses, or of a `shadow`, doesn't. It is decided as that customer's own, with
the id `SIGNAL:PERSON:PER:CUSTOMER:MOMENT` and `about`, the customer. Pattern, `if`, `again` and `carry` are the
customer's. It is a record of the person's: it moves their clock, and where it is less than that, its time is their
clock and it is late. Where nobody is named it is held, with the reason `no relation`.

A firing is read as the touchpoint `signal.fired` right after the record or the timers that made it: with its trigger's
id, its moment as the time, the signal's name in `properties.signal` and the value of the `per` field as it is reported
(a number where the field holds numbers). It is no record, so its id isn't remembered, and it is never late. What `if`
refused is no firing. `touchpoint.FIELD` of a `when` is missing at it, that of an `if` or a carried value is at hand.
"""

POLICY: Final = """
The firings that one record, or the timers of one millisecond, make for a customer are decided together, highest value
first, then by signal, then by `per` value. What the firings of signals make others fire is decided on its own. Each is
asked in this order, and the first that holds it back is the reason of its decision, with the value that decided as
`detail`:

1. **status**: only what is `live` is sent.
2. **if**, as it was at the moment of firing.
3. **consent**: `profile.consent.PURPOSE` for the signal's `purpose`, and the field that each channel names, must be
   `true`. Missing, false and anything else (a text, 1) are no consent. Channels without it are struck out.
4. **unless**, at the moment of firing, with the touchpoint at hand as `if` has it.
5. **holdout**: the SHA-256 of `SIGNAL:CUSTOMER`, its first 8 bytes as a big-endian number divided by 2**64, is below
   `holdout`. So a customer is in a signal's holdout for good, or never, and every release says the same.
6. **arbitration**: one of the group has gone at this moment already. With `by: response` the firings of a group are
   ranked by value times the best chance of a response on their channels.
7. **cap**: of the signal, its group, each channel (which strikes it out), and all. A trigger at t is held where the
   triggers in (t - over, t] are as many as `count`. Deferred ones count from their decision on, and until `over` after
   they went; what was sent and is taken back counts; what waited and never went doesn't.
8. **content**: the same content went, or waits, within the library's `content_again`.
9. **quiet**: all channels that are left are in quiet hours and drop what comes then.
10. **no channel**: the signal names none (a decision only), or none is worth it, as below.
11. **expired**: `expires` after the firing has passed by the append time of the record that caused it, or will before
   the quiet hours end.

**Channels.** Of those left the first awake one in order of preference goes, else the first whose quiet hours end before
the trigger expires. `best` stands for all channels of the library, in the order of what is to be expected: the value
times the chance of a response, less the channel's cost; of equals the first by name. One whose cost is more than it
brings is struck out. With `rest`, so is one on which the last `after` triggers got no response, for `for` after the
last of them.

With `mix` the channels are first ordered by that of the story: by how far the share of each is behind what it is to be,
as of the firing, rounded to 9 decimals, the furthest first. Where no attention has come yet that is all of its share;
for a channel that the mix doesn't name it is 0. Of equals the order is as without it.

**The chance of a response** is (a + 10 r) / (n + 10): n are the triggers that went to the customer on the channel, a
those of them that were responded to, each halved every 90 days, r is the channel's `response`. A response is the first
`trigger.opened`, `trigger.clicked` or `trigger.converted` whose `properties.trigger` is the trigger's id, within 30
days; `trigger.failed` and `trigger.refused` take the trigger out of the count. It is rounded to 9 decimals. Responses
are remembered where a signal chooses `best`, a group ranks by response, or a channel says `response` or `rest`: by
channel, by hour of the customer's day, and by `properties.format` (16 of them, the one seen longest ago goes).

**Quiet hours** are judged at the append time of the record that caused the firing, by the clock on the customer's wall
(`profile.time_zone`, else the library's). Where clocks skip their end they are over as these go forward; where it comes
twice, at the first, and it is quiet once more until the second. A deferred trigger goes at their end, before what fires
at that millisecond and before the customer's own record of it, in the order of the decisions. Then status, consent and
`unless` (without a touchpoint) are asked again, and whether it has expired. Where it is quiet again, in another time
zone or after an outage, it waits on. What it carries is as of its firing. There is a second decision with the same id
and `at`, when it was made; the trigger says `at`, too.

**Taken back.** Until it expires, by the customer's clock, a trigger is taken back by a touchpoint of `cancel_on` whose
time isn't before the firing (with `per`: of its value, or without the field); by a change of the profile after which
the consent to its purpose or its channel isn't `true` (`opted out`); and by a late touchpoint that lies in a silence by
whose end the signal fired (`late`): one of the silences at the end of a `follow`, or that of `silent`; a `without`
between two steps isn't asked again. A touchpoint that comes too late takes nothing back. What a touchpoint takes back
is decided before what it makes fire. There is a decision `cancelled`, and, if the trigger has gone, a cancel event with
the trigger's id behind it on the same topic.

**Bounds.** 128 triggers of a customer are remembered, as long as they matter: until they expire where something may
take them back, for the longest cap that counts them, for `content_again`, for 30 days where responses count. With so
many nothing more goes (`cap`). 16 may wait (`quiet`); of what one carries 1 KB is kept, the largest value left out
first, and the first 16 ids of its touchpoints. After a switch of libraries what is remembered goes by names: of the
signal, the group, the channel. A signal that is gone holds its waiting triggers (`status`).

In a timeline `fires` may say `outcome`, `reason`, `goes` and `cancelled`. A signal is run as if it were live and alone,
with the signals of its group; nobody is in a holdout.
"""

TIME: Final = """
- A customer's **clock** is the largest time of the customer's own records applied and of own timers that made a
  firing (or one refused by `if`). Timers due at or before t fire before the customer's record at t, each seeing
  windows as of its due; then the records of t, one by one in the order of the log. A record whose time is later
  than its arrival is set back to its arrival. Times are whole milliseconds, fractions cut off.
- A window of duration d at time t holds the touchpoints in (t - d, t].
- `profile.updated` merges its `properties` into the profile (null removes) and is a record like a touchpoint. It is
  never too late: each field keeps the value, or removal, with the newest event time. A mapping or a list is one value:
  it is set as a whole. `properties: {"$add": {"points": 5}}` adds to fields (a negative number takes away): to what was
  set by then, or to 0 where nothing is, or was removed; to what isn't a number, nothing. What one record sets is set
  before it adds. In whatever order they come, a field is what was set with the newest event time, with all that was
  added at a later time, or at that time behind it in the log: what was added before is in what was set. Of more than 16
  increments since, the two oldest count as one, at the time of the younger. Sums are rounded to 9 decimals. A `$add`
  that isn't numbers by name is a dead letter.
- 256 names of a profile are kept, the one changed longest ago goes. A value whose JSON has more than 1,024 characters
  counts as removed.
- `date: {of: profile.dependents.birthday}` goes through lists: each item's date has its own window. Of two that are
  open at once the second doesn't fire.
- `context.updated` is a record of no customer, in each partition: its `properties` are merged into the context from its
  place in the log on. A mapping is merged entry by entry; each name, or entry, keeps the value, or removal, with the
  newest time, and a value that is no mapping takes the place of all older entries of its name. Values whose JSON has
  more than 1,024 characters count as removed; 1,000 names and entries, and 64 KB, are kept, what was changed longest
  ago goes. In a timeline, and in a plain file less half a second, all timers due before its time fire before it, as
  they do live.
- A customer of whom nothing has come for `forget_after`, counted from the clock, is forgotten at that very millisecond,
  after the timers of it: windows, runs, profile, last firings and ids are as never seen, and what comes next begins
  anew. Which identities are linked is kept. A timer that fires by then moves the clock, and so the forgetting.
- A touchpoint is **late** when its time is less than the clock. Within `late_by`, counted back from the clock,
  inclusive, it corrects what is kept: features take it at its own time; `when` is asked before and after it, at the
  clock, so an edge that came and went in the past isn't found; `silent` and open silences count it where its time
  lies in their span; for `follow`, the last 8 touchpoints that the pattern names are read again in order with it, for
  a story the last 8 of its own. A firing that it makes has the clock as its time and says `late: true`. What has fired
  stays fired; a trigger may be taken back, see Policy.
- Beyond `late_by` only features without `over`, scores not, take a touchpoint; nothing fires by it, and what it
  turns true counts as true before.
- The last 64 ids of a customer are kept: a duplicate changes nothing, neither clock nor timers.
- 64 KB are kept of a customer at most. Where it would be more, windows are kept more coarsely, the heaviest first, and
  of all else the older half goes, until 32 KB are left.
- The result depends on the log alone.
"""

IDENTITIES: Final = """
A customer may be known by several ids: cookies, devices, cards, the hash of an address. The record `identity.linked`
with one id as its `customer` and another as `properties.to` says that the two are one customer's.

- Which of the two is the customer is settled by the ids alone: one that is known goes before one that is anonymous,
  which begins with `anon:`, `cookie:` or `device:`; of two alike the smaller, compared letter by letter. The other
  becomes an **alias**: what it had becomes the customer's, and its touchpoints are the customer's from then on. It
  stays an alias until it is split off. What is linked to an alias is linked to its customer.
- What the two had is **united** as though all touchpoints had been one customer's: windows, sums, scores, the values of
  `per`, last firings for `again`, the last ids; fields of the profile by their own time, of two as old the customer's.
  The clock is the later of both. Timers of both that are due by the link's time fire before. Of touchpoints of one
  millisecond the customer's count as the earlier. The last 64 ids, and where there are more than are kept the values of
  `per`, are taken from both alike, those touched last.
- Nothing fires by the union: what a `when` then says counts as its value before; a `hold` goes on since the earlier
  moment; being in the window of a `date` counts as having come before. For `follow`, the last touchpoints of both are
  read again in order of time, from the further of the runs before them, of equally far ones the earlier; steps that
  complete a run thereby use it up. Of `silent` the later last touchpoint counts. But a silence that was over before the
  other's touchpoints could break it, and hasn't fired, fires now.
- The link itself is then a touchpoint of the customer, `identity.linked` with the alias in `properties.identity`, which
  signals can read by its name. A link that changes nothing is none.
- A customer has `identities.limit` ids beside the own one. A link beyond that isn't made: it is a decision of
  `identity.linked`, held for `identities`, with the other id as `per`. It is asked of what the customer knows then:
  links that are under way, and other ids that a linked one brings along, may pass it.
- `identity.unlinked` with an alias as its `customer`, or with the customer and the alias as `properties.identity`,
  **splits** the alias off: it begins anew, as one who was never seen; what it brought along stays with the customer,
  who sees a touchpoint `identity.unlinked`. Split off, it may be linked again.
- In two windows with more than 1,024 touchpoints each, count, sum and mean are wrong by at most 4 %, in place of 1 %,
  until the older touchpoints are gone.
"""

VERSIONS: Final = """
- A published library takes the place of the one before at one record of the log, `library.switched`. Timers due by its
  time fire by the old library first, then the new one decides. A library as old as the present one, or older, is passed
  over.
- What has the same definition keeps what it has counted, and its timers: a feature with the same keys; a signal with
  the same name, `per` and pattern, for a `when` the same features, segments and stories, for a silence the same
  latencies, for dates and what counts days the same time zone; a story with the same keys, `owner` and `reason` aside.
  All else begins empty, and what is gone fires no more.
- A changed `if`, `again`, `value`, `status` (`shadow` or `live`) or `then` changes nothing that is kept. An `again`
  that became shorter makes up for nothing. Last firings are kept by the signal's name and `per`, so that `again` counts
  on over a change of its pattern.
- The value of a new `when` at the switch counts as its value before: it fires after it has been false. A `date` whose
  window is open at the switch doesn't fire.
- With `--warm-from TIME` new and changed features and signals are, for each customer, what the new library alone would
  have made of the log from then on: of the first record that arrived at TIME or later, and all behind it. What has the
  same definition, the profile and the ids stay. The clock and the last firings are the later of both. A `when` reads
  them as they then are; what is true only so counts as true before. Firings before the switch are decisions that are
  held, with the reason `warming`: they are never sent, and `again` counts them. What an id had before it was linked
  isn't warmed.
"""

FUNCTIONS_SAY: Final[Mapping[str, str]] = {
    "min": "The smallest of the numbers.",
    "max": "The largest of the numbers.",
    "abs": "The number without its sign.",
    "round": "The number rounded as in Python, halves to the even side: to a whole one, or to so many digits.",
    "len": "How many characters a text has, or values a list.",
    "exists": "Whether the value is there.",
    "days_since": "Of a date, the whole calendar days from it to today; of an instant, the elapsed days, a fraction.",
    "days_until": "As `days_since`, but from today to the date, or from now to the instant.",
    "hours_since": "The elapsed hours since an instant, a fraction; of a date, since its midnight.",
    "share": "The part divided by the whole; missing where the whole is 0.",
    "lower": "The text in lower case.",
    "startswith": "Whether the text begins so.",
    "matches": "Whether the pattern, a regular expression as RE2 reads it, is found anywhere in the text.",
}
