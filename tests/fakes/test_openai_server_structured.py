import json
from typing import Any

import jsonschema
import openai
import pytest
from openai import OpenAI
from openai.types.chat import ChatCompletion

from tests.fakes.asking import MODEL, PROVIDERS, text_of
from tests.fakes.openai_server import Defect, OpenAIServer
from tests.fakes.openai_server.behaviours import Provider

PLAN: dict[str, Any] = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "maxLength": 40},
        "days": {"type": "array", "items": {"$ref": "#/$defs/day"}, "minItems": 3, "maxItems": 7},
        "score": {"type": "number", "minimum": 0, "maximum": 1, "multipleOf": 0.25},
        "posts": {"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 4},
        "note": {"type": ["string", "null"]},
        "next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]},
        "sources": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["title", "days", "score", "posts", "note", "next", "sources"],
    "additionalProperties": False,
    "$defs": {
        "day": {
            "type": "object",
            "properties": {
                "on": {"type": "string", "format": "date"},
                "at": {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"},
                "platform": {"type": "string", "enum": ["instagram", "tiktok"]},
                "kind": {"const": "post"},
                "caption": {"type": "string"},
                "urgent": {"type": "boolean"},
                "cites": {"type": "array", "items": {"type": "string"}},
            },
            "required": ["on", "at", "platform", "kind", "caption", "urgent", "cites"],
            "additionalProperties": False,
        }
    },
}
PROMPT = 'Plan my week of coffee posts from [p1], <material ref="kpi-2026-10">views</material> and [p7].'


def answer(client: OpenAI, prompt: str = PROMPT, schema: dict[str, Any] = PLAN, **options: Any) -> Any:
    response_format: Any = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": schema}}
    messages: Any = [{"role": "user", "content": prompt}]
    return client.chat.completions.create(model=MODEL, messages=messages, response_format=response_format, **options)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_answer_fits_its_schema_and_is_always_the_same(
    vendor: OpenAIServer, clients: dict[Provider, OpenAI], provider: Provider
) -> None:
    whole, again = answer(clients[provider]), answer(clients[provider])
    streamed = text_of(list(answer(clients[provider], stream=True)))

    ChatCompletion.model_validate(whole.model_dump(), strict=True)
    text = whole.choices[0].message.content
    assert text == again.choices[0].message.content == streamed
    made = json.loads(text)
    jsonschema.Draft202012Validator(PLAN).validate(made)
    assert len(made["days"]) == 3
    assert made["note"]
    assert "coffee" in text
    assert text != answer(clients[provider], "Planifie ma semaine de yoga").choices[0].message.content


def test_what_is_cited_is_in_the_prompt(vendor: OpenAIServer, client: OpenAI) -> None:
    made = json.loads(answer(client).choices[0].message.content)
    assert made["sources"] == ["p1", "kpi-2026-10"]
    assert made["days"][0]["cites"] == ["p1", "kpi-2026-10"]

    without = json.loads(answer(client, "Plan my week").choices[0].message.content)
    assert without["sources"] == []


def test_texts_are_in_the_language_of_the_prompt(vendor: OpenAIServer, client: OpenAI) -> None:
    made = json.loads(answer(client, "Language: French\nPlanifie ma semaine").choices[0].message.content)
    english = json.loads(answer(client, "Language: English\nPlanifie ma semaine").choices[0].message.content)
    assert made["days"][0]["caption"] != english["days"][0]["caption"]
    assert any(word in made["days"][0]["caption"] for word in (" et ", " ai ", "é", "'"))


def test_a_json_object_is_one(vendor: OpenAIServer, client: OpenAI) -> None:
    whole = client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "As JSON"}], response_format={"type": "json_object"}
    )
    assert set(json.loads(whole.choices[0].message.content or "")) == {"text"}


OPEN = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        (OPEN, "'additionalProperties' is required to be supplied and to be false"),
        (OPEN | {"additionalProperties": True}, "'additionalProperties'"),
        (OPEN | {"additionalProperties": False, "required": []}, "Missing 'a'"),
        ({"type": "array", "items": {"type": "string"}}, 'type: "object"'),
        (
            {"type": "object", "properties": {"a": OPEN}, "required": ["a"], "additionalProperties": False},
            "context=\\('properties', 'a'\\)",
        ),
        (
            {
                "type": "object",
                "properties": {"a": {"type": "array"}},
                "required": ["a"],
                "additionalProperties": False,
            },
            "array schema missing items",
        ),
        (OPEN | {"additionalProperties": False, "allOf": []}, "'allOf' is not permitted"),
    ],
)
def test_a_schema_that_the_strict_mode_refuses(
    vendor: OpenAIServer, client: OpenAI, schema: dict[str, Any], says: str
) -> None:
    with pytest.raises(openai.BadRequestError, match=says) as refused:
        answer(client, schema=schema)
    assert refused.value.code == "invalid_json_schema"


def test_formats_that_nobody_knows_are_refused(vendor: OpenAIServer, client: OpenAI) -> None:
    for wanted in ({"type": "yaml"}, {"type": "json_schema"}, {"type": "json_schema", "json_schema": {"name": "a b"}}):
        bad: Any = wanted
        with pytest.raises(openai.BadRequestError):
            client.chat.completions.create(
                model=MODEL, messages=[{"role": "user", "content": "hi"}], response_format=bad
            )


@pytest.mark.parametrize("defect", [Defect.INVALID_JSON, Defect.FENCED_JSON, Defect.SCHEMA_VIOLATION])
def test_wrong_json_on_demand(vendor: OpenAIServer, client: OpenAI, defect: Defect) -> None:
    vendor.script(defect=defect)
    text = answer(client).choices[0].message.content
    by_marker = answer(client, f"{PROMPT} [[defect:{defect}]]").choices[0].message.content

    assert text == by_marker
    if defect is Defect.SCHEMA_VIOLATION:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(PLAN).validate(json.loads(text))
    else:
        with pytest.raises(ValueError, match="Expecting"):
            json.loads(text)
    json.loads(answer(client).choices[0].message.content)
