"""What a model is asked about a week: a function of the row, so that it is the same after any crash."""

from __future__ import annotations

from typing import Final

from django.conf import settings

from ai_routing import drafts, prompts
from ai_routing.analysis import Stated
from ai_routing.jobs import Job
from ai_routing.prompts.material import Material
from ai_routing.routing import OutputLength, TaskType
from ai_routing.team.shapes import TEXT, record, some
from content.models import WeekSummary
from content.weekly.checking import MOST_SENTENCES
from content.weekly.facts import Fact

PURPOSE: Final = "summary"
MOST_FACTS: Final = 6

SCHEMA: Final = record(
    sentences=some(
        record(text=TEXT, facts=some({"type": "integer", "minimum": 1}, most=MOST_FACTS)), most=MOST_SENTENCES
    )
)
INSTRUCTION: Final = (
    "Sum up the creator's week from the numbered facts in the material, in {language}: three to five sentences, what"
    " matters most first. text: one sentence without references, that repeats the figures of its facts exactly as they"
    " are written there, with their currency or percent sign. facts: the numbers of the facts that it rests on. Compute"
    " nothing, write no figure in words, no date, and no figure that its facts do not hold; say that something rose or"
    " fell only where its fact does."
)


def facts_of(summary: WeekSummary) -> list[Fact]:
    return [Fact.from_json(stored) for stored in summary.facts]


def job(summary: WeekSummary) -> Job:
    """Return the question as the door takes it."""
    language = summary.language
    told = "\n".join(f"{fact.number}. {fact.text}" for fact in facts_of(summary))
    return Job(
        user=summary.user,
        purpose=PURPOSE,
        prompt=prompts.for_agent(
            agent="analyst",
            language=language,
            voice=None,
            goal="What happened this week?",
            instruction=INSTRUCTION.format(language=prompts.LANGUAGE_NAMES.get(language, "English")),
            material=[Material("facts", "The facts of the week, and of the week before", told)],
            schema=SCHEMA,
            length=OutputLength.MEDIUM,
        ),
        text=told,
        stated=Stated(
            task_type=TaskType.BASIC_ANALYTICS,
            complexity=3,
            critical=False,
            output_length=OutputLength.MEDIUM,
            language=language,
        ),
        expectations=drafts.Expectations(
            language=None,
            output_length=None,
            response_schema=SCHEMA,
            banned=tuple(settings.AI_BANNED_WORDS),
            is_document=True,
        ),
        repairs=1,
        streamed=False,
    )
