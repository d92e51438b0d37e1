"""What agents answer with: JSON of a few shapes, each of which the run page knows how to show.

The schemas are of OpenAI's strict kind: every property required, none besides, and no limits on the length of a string.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

Schema = dict[str, Any]

PLATFORMS: Final = ("instagram", "tiktok", "x", "onlyfans", "fansly", "reddit", "threads", "email", "generic")

MOST_ITEMS: Final = 10
MOST_SOURCES: Final = 6

SMALL_CHARACTERS: Final = 560
"""What the demonstration model can write within its window, over all strings of an answer."""
SMALL_STRING: Final = 40
"""A string that is shorter says nothing."""
SMALL_LIST: Final = 2


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of answer. `entries` names its list, if it is one; `claims` says that each of them needs a source."""

    name: str
    schema: Schema
    entries: str = ""
    claims: bool = False


def record(**properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def some(items: Schema, *, most: int = MOST_ITEMS, least: int = 1) -> Schema:
    return {"type": "array", "items": items, "minItems": least, "maxItems": most}


TEXT: Final[Schema] = {"type": "string"}
SOURCES: Final = some(TEXT, most=MOST_SOURCES, least=0)

FINDINGS: Final = Shape("findings", record(findings=some(record(text=TEXT, sources=SOURCES))), "findings", claims=True)
PLAN: Final = Shape(
    "plan",
    record(
        items=some(
            record(
                day={"type": "integer", "minimum": 1, "maximum": 28},
                hour={"type": "integer", "minimum": 0, "maximum": 23},
                platform={"type": "string", "enum": list(PLATFORMS)},
                title=TEXT,
                idea=TEXT,
                sources=SOURCES,
            )
        )
    ),
    "items",
)
DRAFT: Final = Shape("draft", record(title=TEXT, text=TEXT, sources=SOURCES))
VERDICTS: Final = Shape(
    "verdicts",
    record(
        verdicts=some(
            record(
                number={"type": "integer", "minimum": 1, "maximum": MOST_ITEMS}, ok={"type": "boolean"}, problem=TEXT
            )
        )
    ),
    "verdicts",
)
REPORT: Final = Shape(
    "report",
    record(title=TEXT, summary=TEXT, sections=some(record(heading=TEXT, text=TEXT, sources=SOURCES), most=6)),
    "sections",
    claims=True,
)


def small(schema: Schema) -> Schema:
    """Return a schema that keeps an answer within what the demonstration model can write: short lists, short strings.

    Its server holds it to that by a grammar, which knows limits on strings.
    """
    kept = copy.deepcopy(schema)
    for part in parts(kept):
        if part.get("type") == "array":
            part["maxItems"] = min(part["maxItems"], SMALL_LIST)
    longest = max(SMALL_STRING, SMALL_CHARACTERS // max(1, strings(kept)))
    for part in parts(kept):
        if part.get("type") == "string" and "enum" not in part:
            part["maxLength"] = longest
    return kept


def parts(schema: Schema) -> Iterator[Schema]:
    """Yield a schema and all that it is made of."""
    yield schema
    for inner in (*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])):
        yield from parts(inner)


def strings(schema: Schema) -> int:
    """Return how many strings an answer can hold at most."""
    match schema["type"]:
        case "array":
            return int(schema["maxItems"]) * strings(schema["items"])
        case "object":
            return sum(strings(inner) for inner in schema["properties"].values())
        case kind:
            return int(kind == "string" and "enum" not in schema)
