"""Timelines made by hand, each named by the sentence of the language that it holds: data for oracle and engine."""

from tests.oracle.timelines.caps import CAPS
from tests.oracle.timelines.chains import CHAINS, SEGMENTS
from tests.oracle.timelines.choice import CHOICE
from tests.oracle.timelines.clocks import CLOCKS
from tests.oracle.timelines.contexts import CONTEXTS
from tests.oracle.timelines.dates import DATES
from tests.oracle.timelines.features import FEATURES
from tests.oracle.timelines.follow import FOLLOW
from tests.oracle.timelines.forgetting import FORGETTING
from tests.oracle.timelines.holds import EVICTED, HOLD
from tests.oracle.timelines.late import LATE
from tests.oracle.timelines.latency import LATENCIES
from tests.oracle.timelines.make import Timeline as Timeline
from tests.oracle.timelines.policy import POLICY
from tests.oracle.timelines.profiles import PROFILES
from tests.oracle.timelines.quiet import QUIET_HOURS
from tests.oracle.timelines.revoked import REVOKED
from tests.oracle.timelines.silence import SILENCE
from tests.oracle.timelines.stories import STORIES
from tests.oracle.timelines.trend import TREND
from tests.oracle.timelines.when import WHEN

OLD = (*FEATURES, *WHEN, *FOLLOW, *SILENCE, *LATE, *POLICY)
NEW = (
    *TREND,
    *DATES,
    *CLOCKS,
    *SEGMENTS,
    *CHAINS,
    *LATENCIES,
    *HOLD,
    *EVICTED,
    *CAPS,
    *QUIET_HOURS,
    *CHOICE,
    *REVOKED,
    *FORGETTING,
    *PROFILES,
    *CONTEXTS,
    *STORIES,
)
TIMELINES: tuple[Timeline, ...] = (*OLD, *NEW)
