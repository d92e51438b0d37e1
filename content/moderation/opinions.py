"""What a model is asked about a text, and what of its answer is believed."""

from __future__ import annotations

import json
from typing import Any, Final

from django.conf import settings

from ai_routing import catalogue, drafts, prompts
from ai_routing.analysis import Stated
from ai_routing.caching import policy
from ai_routing.jobs import Job
from ai_routing.prompts.material import Material
from ai_routing.routing import OutputLength, TaskType
from ai_routing.team.shapes import TEXT, record, some
from content.models import Review
from content.moderation import folding, rules

PURPOSE: Final = "moderation"
HARD: Final = ("minors", "non_consent", "deepfake", "illegal", "doxxing")
"""What a model may block for; all else it can only warn of."""

SOFT: Final = ("personal_data", "off_platform_payment", "medical", "advertising")
MOST: Final = 6
LONGEST_REASON: Final = 300

SCHEMA: Final = record(
    findings=some(
        record(
            rule={"type": "string", "enum": [*HARD, *SOFT]},
            severity={"type": "string", "enum": [rules.BLOCK, rules.WARN]},
            quote=TEXT,
            reason=TEXT,
        ),
        most=MOST,
        least=0,
    )
)
INSTRUCTION: Final = (
    "Judge the text in the material before it is published. Report only what is really there, each with its rule, a"
    " severity, the exact words quoted from the text, and one sentence in {language} that tells the creator why and how"
    " to mend it. Rules: minors (anybody under 18 in a sexual context), non_consent (sex without consent, offered or"
    " played), deepfake (sexual or deceiving images of a real person made by AI), illegal (bestiality, trafficking),"
    " doxxing (private details of somebody else), personal_data (the creator's own address, phone or email),"
    " off_platform_payment (asks for payment outside the platform), medical (promises of healing or weight loss),"
    " advertising (paid promotion that is not labelled). Adult content between consenting adults is allowed, and so are"
    " texts that warn, report, educate or joke without offering such things. Use block only for the first five, and only"
    " when you are sure. An empty list is the usual answer."
)


class UnusableAnswer(ValueError):
    """The answer is no JSON of the right form."""


def job(review: Review) -> Job:
    """Return the question as the door takes it: a function of the review, so that it is the same after any crash."""
    language = review.content.language
    return Job(
        user=review.user,
        purpose=PURPOSE,
        prompt=prompts.for_agent(
            agent="compliance",
            language=language,
            voice=None,
            goal=f"Channels: {', '.join(review.channels)}",
            instruction=INSTRUCTION.format(language=prompts.LANGUAGE_NAMES.get(language, "English")),
            material=[Material("text:1", "the text", review.text)],
            schema=SCHEMA,
            length=OutputLength.MEDIUM,
        ),
        text=review.text,
        stated=Stated(
            task_type=TaskType.MODERATION,
            complexity=4,
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
        # A similar text is another text: only the very same one has the same verdict.
        caching=policy.Policy(exact=True, semantic=False, shareable=False, ttl=policy.VERDICT.ttl),
        repairs=1,
        streamed=False,
        on_us=True,
    )


def is_trusted() -> bool:
    """Tell whether there is a model whose verdict counts: the demonstration model's does not."""
    return not catalogue.is_demonstration()


def read(answer: str, review: Review, *, model: str) -> list[dict[str, Any]]:
    """Return the findings of a model as a review keeps them. Raises UnusableAnswer.

    One whose words do not stand in the text is made up, and left out; a rule that is none to block for only warns.
    """
    try:
        findings = json.loads(answer)["findings"]
        told = [(str(one["rule"]), str(one["severity"]), str(one["quote"]), str(one["reason"])) for one in findings]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise UnusableAnswer(f"The verdict cannot be read: {error}") from error
    whole = squeezed(review.text)
    kept = []
    for rule, severity, quote, reason in told[:MOST]:
        said = squeezed(quote)
        if rule not in (*HARD, *SOFT) or not said or said not in whole:
            continue
        kept.append(
            {
                "rule": rule,
                "severity": rules.BLOCK if severity == rules.BLOCK and rule in HARD else rules.WARN,
                "excerpt": quote.strip()[: rules.LONGEST_EXCERPT].replace("\x00", ""),
                "by": model,
                "reason": " ".join(reason.replace("\x00", "").split())[:LONGEST_REASON],
            }
        )
    return kept


def squeezed(text: str) -> str:
    return " ".join(folding.fold(text).text.strip(" \n\"'“”«»").split())
