"""What agents answered: from JSON to what is kept, and from there to the words that the next agent reads."""

from __future__ import annotations

import json
import math
from typing import Any, Final

from ai_routing.models import Run
from ai_routing.providers import openai
from ai_routing.team import citations
from ai_routing.team.shapes import DRAFT, PLAN, VERDICTS
from ai_routing.team.workflow import Stage

LONGEST_TITLE: Final = 160
LONGEST_TEXT: Final = 20_000
DAYS: Final = 7
"""How far a plan reaches when the brief does not say it."""

Answer = dict[str, Any]


class UnusableAnswer(ValueError):
    """The answer is no JSON of the right form, or holds no text where one is needed."""


def read(text: str, run: Run, stage: Stage, *, given: list[str]) -> Answer:
    """Return what is kept of an agent's answer. `given` are the references that it was given. Raises UnusableAnswer."""
    try:
        answer = storable(json.loads(text))
        if not isinstance(answer, dict):
            raise UnusableAnswer("The answer is no object")
        kept: Answer = citations.checked(answer, set(given), claims=stage.shape.claims)
        if stage.shape is PLAN:
            return planned(kept, run)
        if stage.shape is DRAFT:
            return drafted(kept)
    except UnusableAnswer:
        raise
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise UnusableAnswer(f"The answer cannot be read: {error}") from error
    return kept


def storable(value: Any) -> Any:
    """Return JSON as the database takes it: escapes can hold characters that no text had which was cleaned.

    A whole number is an int, as the rest of the code takes it for, however it was written. Raises ValueError for a
    number that is none.
    """
    match value:
        case str():
            return openai.clean(value)
        case float():
            if not math.isfinite(value):
                raise ValueError(f"{value} is no number")
            return int(value) if value.is_integer() else value
        case list():
            return [storable(entry) for entry in value]
        case dict():
            return {openai.clean(name): storable(entry) for name, entry in value.items()}
        case _:
            return value


def planned(answer: Answer, run: Run) -> Answer:
    """Return a plan within what the brief asked for: so many items, on these days and platforms."""
    platforms = run.brief.get("platforms") or [run.brief["platform"]]
    days = run.brief.get("days", DAYS)
    return {
        "items": [
            {
                **item,
                "day": min(item["day"], days),
                "platform": item["platform"] if item["platform"] in platforms else platforms[0],
                "title": item["title"][:LONGEST_TITLE],
            }
            for item in answer["items"][: run.brief["posts"]]
        ]
    }


def drafted(answer: Answer) -> Answer:
    if not answer["text"]:
        raise UnusableAnswer("The draft has no text")
    return {**answer, "title": answer["title"][:LONGEST_TITLE], "text": answer["text"][:LONGEST_TEXT]}


def as_text(answer: Answer, stage: Stage) -> str:
    """Return an answer as the next agent reads it: in lines, each with the references that it rests on."""
    entries = answer.get(stage.shape.entries, []) if stage.shape.entries else [answer]
    head = [answer[name] for name in ("title", "summary") if stage.shape.entries and answer.get(name)]
    return "\n".join([*head, *(in_a_line(entry) for entry in entries)])


def in_a_line(entry: Answer) -> str:
    told = [f"{name}: {value}" for name, value in entry.items() if name not in {"sources", "unsourced"} and value != ""]
    cited = "".join(f" [{ref}]" for ref in entry.get("sources", []))
    return "; ".join(told) + cited


def concerns(answer: Answer) -> dict[int, str]:
    """Return what compliance found, by the number of the text: the empty string where all is well."""
    return {verdict["number"]: "" if verdict["ok"] else verdict["problem"] for verdict in answer[VERDICTS.entries]}
