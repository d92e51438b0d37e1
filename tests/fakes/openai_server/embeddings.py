"""Embeddings: reads the request, and makes vectors in which texts that share words lie near each other.

A vector is the sum of pseudo-random directions of the text's words, their stems, pairs of them and their letters. It is
always the same for the same text, has length 1, and knows nothing of meaning: only of what is written alike.
"""

import array
import base64
import functools
import itertools
import math
import re
import sys
import unicodedata
import zlib
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import toktok

from tests.fakes.openai_server import errors
from tests.fakes.openai_server.phrases import ENGLISH, FRENCH

MODELS = {"text-embedding-3-small": 1536, "text-embedding-3-large": 3072, "text-embedding-ada-002": 1536}
"""The models that embed, with the length of their vectors."""

_ENCODING = "cl100k_base"
_MOST_TOKENS = 8_192
_MOST_INPUTS = 2_048
_WORD = re.compile(r"\w+")
_STEM = 5
_DIRECTIONS = 12


@dataclass(frozen=True, slots=True)
class EmbeddingRequest:
    """A valid request. `tokens` is what the vendor bills."""

    model: str
    texts: tuple[str, ...]
    dimensions: int
    as_base64: bool
    tokens: int


def read(body: Any, *, deployment: str | None) -> EmbeddingRequest:
    """Read a request body; on Azure the deployment of the URL stands for the model.

    Raises errors.VendorError (400), worded as the vendor words it, for what the vendor refuses.
    """
    if not isinstance(body, dict):
        raise errors.invalid_request("We could not parse the JSON body of your request.")
    model = deployment if deployment is not None else body.get("model")
    if not isinstance(model, str) or not model:
        raise errors.invalid_request("you must provide a model parameter")
    given = body.get("input")
    texts = tuple(given) if isinstance(given, list) else (given,)
    if not texts or len(texts) > _MOST_INPUTS or not all(isinstance(text, str) and text for text in texts):
        # The vendor takes tokens too; nothing here sends them.
        message = (
            "'$.input' is invalid. Please check the API reference: https://platform.openai.com/docs/api-reference."
        )
        raise errors.invalid_request(message)
    counts = toktok.batch_count(list(texts), _ENCODING, threads=1)
    if max(counts) > _MOST_TOKENS:
        message = (
            f"This model's maximum context length is {_MOST_TOKENS} tokens, however you requested {max(counts)} tokens."
            " Please reduce your prompt."
        )
        raise errors.invalid_request(message, code="context_length_exceeded")
    encoding = body.get("encoding_format") or "float"
    if encoding not in ("float", "base64"):
        raise errors.invalid_request(f"Invalid value: '{encoding}'.", param="encoding_format", code="invalid_value")
    return EmbeddingRequest(model, texts, _dimensions(body, model), encoding == "base64", sum(counts))


def _dimensions(body: dict[str, Any], model: str) -> int:
    most = MODELS.get(model, 1536)
    wanted = body.get("dimensions")
    if wanted is None:
        return most
    if model == "text-embedding-ada-002":
        raise errors.invalid_request("This model does not support specifying dimensions.", param="dimensions")
    if not isinstance(wanted, int) or isinstance(wanted, bool) or not 1 <= wanted <= most:
        message = f"Invalid value for 'dimensions' = {wanted}. Must be less than or equal to {most}."
        raise errors.invalid_request(message, param="dimensions")
    return wanted


def body_of(request: EmbeddingRequest, *, with_usage: bool) -> dict[str, Any]:
    """Answer as the vendor does. The usage may be withheld, by a fault."""
    data = [
        {"object": "embedding", "index": index, "embedding": _written(vector(text, request.dimensions), request)}
        for index, text in enumerate(request.texts)
    ]
    body: dict[str, Any] = {"object": "list", "data": data, "model": request.model}
    if with_usage:
        body["usage"] = {"prompt_tokens": request.tokens, "total_tokens": request.tokens}
    return body


def _written(numbers: list[float], request: EmbeddingRequest) -> list[float] | str:
    if not request.as_base64:
        return numbers
    packed = array.array("f", numbers)
    if sys.byteorder == "big":
        packed.byteswap()
    return base64.b64encode(packed.tobytes()).decode()


def vector(text: str, dimensions: int) -> list[float]:
    """Return the vector of a text, to eight decimals."""
    sums = [0.0] * dimensions
    for feature, weight in _features(text).items():
        for place, sign in _direction(feature, dimensions):
            sums[place] += sign * weight
    length = math.sqrt(sum(number * number for number in sums)) or 1.0
    return [round(number / length, 8) for number in sums]


def _features(text: str) -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    # Every vector has a little in common with every other, as the vendor's have.
    found["all"] += 1.0
    words = _WORD.findall(_folded(text))
    for word in words:
        weight = 0.15 if word in FRENCH or word in ENGLISH else 1.0
        found[f"w:{word}"] += weight
        found[f"s:{word[:_STEM]}"] += weight
        padded = f"<{word}>"
        for start in range(len(padded) - 2):
            found[f"c:{padded[start : start + 3]}"] += 0.25 * weight
    for first, second in itertools.pairwise(words):
        found[f"p:{first} {second}"] += 0.3
    if not words:
        found[f"t:{text}"] += 1.0
    return {feature: math.sqrt(weight) for feature, weight in found.items()}


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in apart if not unicodedata.combining(character))


@functools.lru_cache(maxsize=65_536)
def _direction(feature: str, dimensions: int) -> tuple[tuple[int, float], ...]:
    seed = zlib.crc32(feature.encode())
    steps = []
    for _ in range(_DIRECTIONS):
        # The generator of Numerical Recipes: quick, and the same on every machine.
        seed = (seed * 1_664_525 + 1_013_904_223) % 2**32
        steps.append(((seed >> 8) % dimensions, 1.0 if seed >> 31 else -1.0))
    return tuple(steps)
