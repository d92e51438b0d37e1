"""What a model is asked about a voice's samples, and what of its answer is kept to be proposed."""

from __future__ import annotations

import json
from typing import Any, Final

from django.conf import settings

from ai_routing import drafts, prompts
from ai_routing.analysis import Stated
from ai_routing.draft_checks.words import folded
from ai_routing.jobs import Job
from ai_routing.prompts.material import Material
from ai_routing.routing import OutputLength, TaskType
from ai_routing.team.shapes import TEXT, record, some
from content.models import VoiceReading

PURPOSE: Final = "voice"
MOST_PHRASES: Final = 6
LONGEST: Final = {"tone": 400, "audience": 300, "boundaries": 600}
LONGEST_PHRASE: Final = 120

SCHEMA: Final = record(
    tone=TEXT, audience=TEXT, boundaries=TEXT, signature_phrases=some(TEXT, most=MOST_PHRASES, least=0)
)
INSTRUCTION: Final = (
    "Describe how the author of the samples in the material writes, so that another writer could sound the same. Answer"
    " in {language}. tone: two or three sentences on mood, humour, distance and rhythm, with no judgement. audience: whom"
    " the author speaks to, in one sentence. boundaries: what the author plainly keeps out of the texts, in one or two"
    " sentences, empty if nothing shows it. signature_phrases: turns of phrase copied from the samples, word for word,"
    " that are the author's own; leave out names, dates and offers."
)

Proposal = dict[str, Any]


class UnusableAnswer(ValueError):
    """The answer is no JSON of the right form, or proposes nothing."""


def job(reading: VoiceReading) -> Job:
    """Return the question as the door takes it: a function of the row, so that it is the same after any crash."""
    voice = reading.voice
    language = voice.language
    return Job(
        user=voice.user,
        purpose=PURPOSE,
        prompt=prompts.for_agent(
            agent="editor",
            language=language,
            voice=None,
            goal=voice.name,
            instruction=INSTRUCTION.format(language=prompts.LANGUAGE_NAMES.get(language, "English")),
            material=[
                Material(f"sample:{number}", f"sample {number}", text)
                for number, text in enumerate(reading.texts, start=1)
            ],
            schema=SCHEMA,
            length=OutputLength.SHORT,
        ),
        text="\n\n".join(reading.texts),
        stated=Stated(
            task_type=TaskType.MARKETING_TEMPLATE,
            complexity=5,
            critical=False,
            output_length=OutputLength.SHORT,
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


def read(answer: str, texts: list[str]) -> Proposal:
    """Return what is proposed. A phrase that stands in no sample is made up, and left out. Raises UnusableAnswer."""
    try:
        found = json.loads(answer)
        kept: Proposal = {name: line(found[name])[:most].strip() for name, most in LONGEST.items()}
        phrases = [line(phrase) for phrase in found["signature_phrases"]]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise UnusableAnswer(f"The proposal cannot be read: {error}") from error
    whole = " ".join(folded("\n".join(texts)).split())
    own = dict.fromkeys(phrase for phrase in phrases if 0 < len(phrase) <= LONGEST_PHRASE and folded(phrase) in whole)
    kept["signature_phrases"] = list(own)[:MOST_PHRASES]
    if not any(kept.values()):
        raise UnusableAnswer("The proposal says nothing")
    return kept


def line(text: Any) -> str:
    """Return a string of an answer on one line, as the database takes it. Raises AttributeError for anything else."""
    return " ".join(text.replace("\x00", "").split())
