"""Stories: a brand's learning path, kept per customer as one value that touchpoints move on.

`Course` says how a touchpoint moves a customer; `keeping` gives late ones their place; `StoryPlan` is what a plan runs.
"""

from rules.stories.course import Course
from rules.stories.merging import merged, unite_stories
from rules.stories.plan_story import StoryPlan, StoryValue
from rules.stories.values import ValuePath, story_infos

__all__ = ["Course", "StoryPlan", "StoryValue", "ValuePath", "merged", "story_infos", "unite_stories"]
