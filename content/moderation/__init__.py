"""Moderation before publishing: what rules and a model find in a text, and what operators say when its creator objects.

verdict = moderation.may_publish(content)         before anything is scheduled or published
review = moderation.judge(content, now=now)       stores what the rules find
moderation.acknowledge(content, now=now)          the creator has read the warnings
moderation.second_opinion(review, now=now)        after scheduling: a model reads it as well
"""

from content.moderation.appeals import AlreadyAppealed, AlreadyDecided, NotBlocked, appeal, decide
from content.moderation.judging import Verdict, acknowledge, judge, look, may_publish, of
from content.moderation.opinions import is_trusted
from content.moderation.working import ask as second_opinion

__all__ = [
    "AlreadyAppealed",
    "AlreadyDecided",
    "NotBlocked",
    "Verdict",
    "acknowledge",
    "appeal",
    "decide",
    "is_trusted",
    "judge",
    "look",
    "may_publish",
    "of",
    "second_opinion",
]
