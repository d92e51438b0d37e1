"""Structured outputs: which schemas the vendor takes in its strict mode, and an answer in JSON that fits one."""

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

from tests.fakes.openai_server import errors
from tests.fakes.openai_server.phrases import PHRASES

# The guide's limits: developers.openai.com/api/docs/guides/structured-outputs, read on 2026-11-22.
_MOST_LEVELS = 10
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_UNSUPPORTED = ("allOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas", "patternProperties")

_REFERENCE = re.compile(r"""(?<!\[)\[([A-Za-z][\w.:/-]{0,60})\](?!\])|\bref="?([A-Za-z][\w.:/-]{0,60})""")
_CITING = {"sources", "cites", "refs"}
_SHORT_NAME = re.compile(
    r"title|name|label|topic|tag|day|platform|channel|subject|headline|slug|id|kind|type", re.IGNORECASE
)
_FORMATS = {
    "date": "2026-11-23",
    "time": "09:30:00Z",
    "date-time": "2026-11-23T09:30:00Z",
    "email": "fan@example.com",
    "uuid": "3f2b8c1e-6a1d-4c57-9a43-0d5f7c9e2b10",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "hostname": "example.com",
    "duration": "PT30M",
}  # fmt: skip
_CANDIDATES = (*_FORMATS.values(), "09:30", "#morning", "monday", "a1", "1", "en", "fr", "p1", "0123456789abcdef")


def read(body: dict[str, Any]) -> dict[str, Any] | None:
    """Return the schema that the answer must fit, or None when plain text is asked for.

    Raises errors.VendorError (400) for a schema that the vendor's strict mode refuses.
    """
    wanted = body.get("response_format")
    kind = wanted.get("type") if isinstance(wanted, dict) else None
    if wanted is None or kind == "text":
        return None
    if kind == "json_object":
        return {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
    details = wanted.get("json_schema") if isinstance(wanted, dict) else None
    if kind != "json_schema" or not isinstance(details, dict):
        raise errors.invalid_request(f"Invalid value: '{kind}'.", param="response_format.type", code="invalid_value")
    name, schema = details.get("name"), details.get("schema")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise errors.invalid_request(
            "Invalid 'response_format.json_schema.name'.",
            param="response_format.json_schema.name",
            code="invalid_value",
        )
    if not isinstance(schema, dict):
        param = "response_format.json_schema.schema"
        raise errors.invalid_request(f"Missing required parameter: '{param}'.", param=param)
    if details.get("strict"):
        _check(name, schema)
    return schema


def _check(name: str, schema: dict[str, Any]) -> None:
    if schema.get("type") != "object":
        raise _refused(name, (), "schema must be a JSON Schema of 'type: \"object\"'")
    for path, part in _parts(schema, ()):
        if len(path) > 4 * _MOST_LEVELS:
            raise _refused(name, path, "the schema is nested too deeply")
        for keyword in _UNSUPPORTED:
            if keyword in part:
                raise _refused(name, path, f"'{keyword}' is not permitted")
        if part.get("type") == "array" and "items" not in part:
            raise _refused(name, path, "array schema missing items")
        if part.get("type") != "object":
            continue
        if part.get("additionalProperties") is not False:
            raise _refused(name, path, "'additionalProperties' is required to be supplied and to be false")
        missing = [prop for prop in part.get("properties", {}) if prop not in part.get("required", [])]
        if missing:
            raise _refused(
                name, path,
                "'required' is required to be supplied and to be an array including every key in properties."
                f" Missing '{missing[0]}'",
            )  # fmt: skip


def _parts(schema: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    if not isinstance(schema, dict):
        return
    yield path, schema
    for keyword in ("properties", "$defs", "definitions"):
        for name, part in schema.get(keyword, {}).items():
            yield from _parts(part, (*path, keyword, name))
    yield from _parts(schema.get("items"), (*path, "items"))
    for index, part in enumerate(schema.get("anyOf", [])):
        yield from _parts(part, (*path, "anyOf", str(index)))


def _refused(name: str, path: tuple[str, ...], why: str) -> errors.VendorError:
    return errors.invalid_request(
        f"Invalid schema for response_format '{name}': In context={path}, {why}.",
        param="response_format",
        code="invalid_json_schema",
    )


def references_in(text: str) -> tuple[str, ...]:
    """Find what an answer may cite: `[p1]`, or `ref="p1"` in the mark of a fence."""
    return tuple(dict.fromkeys(bracketed or marked for bracketed, marked in _REFERENCE.findall(text)))


def answer(
    schema: dict[str, Any], *, language: str, topics: Sequence[str], references: Sequence[str]
) -> dict[str, Any]:
    """Make an answer that fits the schema: the same for the same arguments, in the language, about the topics."""
    made = _Maker(schema, language, topics, references).make(schema, "", 0)
    return made if isinstance(made, dict) else {}


class _Maker:
    def __init__(self, root: dict[str, Any], language: str, topics: Sequence[str], references: Sequence[str]) -> None:
        self._root = root
        self._phrases = PHRASES[language]
        self._topics = topics
        self._references = references
        self._made = 0

    def make(self, schema: dict[str, Any], name: str, depth: int) -> Any:
        schema = self._resolved(schema)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            self._made += 1
            return schema["enum"][self._made % len(schema["enum"])]
        if schema.get("anyOf"):
            return self.make(self._choice(schema["anyOf"], depth), name, depth)
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = next((one for one in kind if one != "null" and depth <= _MOST_LEVELS), "null")
        match kind:
            case "object":
                properties: dict[str, Any] = schema.get("properties", {})
                return {each: self.make(part, each, depth + 1) for each, part in properties.items()}
            case "array":
                return self._array(schema, name, depth)
            case "integer" | "number":
                return self._number(schema, whole=kind == "integer")
            case "boolean":
                self._made += 1
                return self._made % 2 == 0
            case "null":
                return None
            case _:
                return self._string(schema, name)

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            found: Any = self._root
            for step in schema["$ref"].removeprefix("#").strip("/").split("/"):
                found = found[step] if step else found
            schema = found
        return schema

    def _choice(self, options: list[dict[str, Any]], depth: int) -> dict[str, Any]:
        nulls = [option for option in options if option.get("type") == "null"]
        if depth > _MOST_LEVELS and nulls:
            return nulls[0]
        return next(option for option in options if option not in nulls or len(nulls) == len(options))

    def _array(self, schema: dict[str, Any], name: str, depth: int) -> list[Any]:
        items = schema.get("items", {"type": "string"})
        least, most = schema.get("minItems", 0), schema.get("maxItems", 1_000)
        if name in _CITING and self._resolved(items).get("type") == "string" and "enum" not in self._resolved(items):
            cited = list(self._references[: max(least, min(2, most))])
            return cited + [self._string({}, "name") for _ in range(least - len(cited))]
        wanted = 0 if depth > _MOST_LEVELS else 2
        return [self.make(items, name, depth + 1) for _ in range(min(most, max(least, wanted)))]

    def _number(self, schema: dict[str, Any], *, whole: bool) -> float:
        self._made += 1
        step = schema.get("multipleOf", 1)
        high = _given(schema.get("maximum"), _moved(schema.get("exclusiveMaximum"), -step))
        low = _given(schema.get("minimum"), _moved(schema.get("exclusiveMinimum"), step))
        if low is None:
            low = 1 if high is None or high >= 1 else high - 9
        start = math.ceil(low / step) * step
        steps = 9 if high is None else math.floor((high - start) / step)
        if steps < 0:
            return int(low) if whole or high is None else (low + high) / 2
        value = start + step * (self._made % (steps + 1))
        return int(value) if whole else float(value)

    def _string(self, schema: dict[str, Any], name: str) -> str:
        self._made += 1
        if schema.get("format") in _FORMATS:
            return _FORMATS[schema["format"]]
        if "pattern" in schema:
            fitting = (text for text in (*_CANDIDATES, *self._topics) if re.search(schema["pattern"], text))
            found = next(fitting, None)
            if found is None:
                raise errors.invalid_request(f"This server knows no text for the pattern {schema['pattern']!r}.")
            return found
        turned = [*self._topics[self._made % 5 :], *self._topics[: self._made % 5]]
        if _SHORT_NAME.search(name):
            text = f"{turned[0].capitalize()} {self._made}"
        else:
            sentences = (*self._phrases.turns, *self._phrases.middles)
            text = sentences[self._made % len(sentences)].format(*turned)
        while len(text) < schema.get("minLength", 0):
            text = f"{text} {text}"
        return text[: schema["maxLength"]] if "maxLength" in schema else text


def _moved(bound: float | None, by: float) -> float | None:
    return None if bound is None else bound + by


def _given(*bounds: float | None) -> float | None:
    return next((bound for bound in bounds if bound is not None), None)
