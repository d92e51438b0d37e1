"""What the `openai` package and its transport raise, as the contract's family of errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import openai

from ai_routing.providers import contract

# Azure's and OpenAI's words for a prompt that their filter refused.
FILTERED_PROMPT = frozenset({"content_filter", "invalid_prompt"})


@contextmanager
def translated_errors(request_id: str = "") -> Iterator[None]:
    """Turn what the SDK and its transport raise into the contract's errors."""
    try:
        yield
    except openai.APITimeoutError as error:
        raise contract.TimedOut("The provider was silent for too long", request_id=request_id) from error
    except openai.APIStatusError as error:
        raise status_error(error) from error
    except openai.APIConnectionError as error:
        kind = contract.Interrupted if request_id else contract.Unavailable
        raise kind("The connection to the provider failed", request_id=request_id) from error
    except openai.APIError as error:
        # Also an error event inside a stream.
        raise contract.Interrupted("The provider reported an error in its answer", request_id=request_id) from error
    except openai.OpenAIError as error:
        raise contract.Misconfigured(type(error).__name__, request_id=request_id) from error
    except (ValueError, AttributeError, TypeError, KeyError, IndexError, OverflowError, RecursionError) as error:
        # The SDK does not validate what it parses: a wrong shape, size or depth shows as one of these.
        raise contract.Malformed("The provider's answer could not be read", request_id=request_id) from error


def status_error(error: openai.APIStatusError) -> contract.ProviderFailed:
    """Return the contract's error for a vendor's status and code."""
    request_id = error.request_id or ""
    code = error.code or ""
    match error.status_code:
        case 400 if code in FILTERED_PROMPT:
            return contract.ContentFiltered(
                "The prompt was filtered",
                where="prompt",
                categories=filtered_categories(error.body),
                request_id=request_id,
            )
        case 400 if code == "context_length_exceeded":
            return contract.ContextTooLong("The prompt is too long for the model", request_id=request_id)
        case 429 if code == "insufficient_quota":
            return contract.Misconfigured("The provider's account has no credit left", request_id=request_id)
        case 429:
            return contract.RateLimited(
                "The provider is rate limited", request_id=request_id, retry_after=retry_after(error)
            )
        case status if status >= 500 or status in {408, 409}:
            return contract.Unavailable(
                f"The provider answered {status}", request_id=request_id, retry_after=retry_after(error)
            )
        case 400 | 422:
            return contract.Refused(f"The provider refused the call: {code or 'no code'}", request_id=request_id)
        case status:
            return contract.Misconfigured(f"The provider answered {status} {code}".strip(), request_id=request_id)


def retry_after(error: openai.APIStatusError) -> float | None:
    """Return the seconds that the provider asks to wait: `retry-after-ms` is the finer word for it."""
    headers = error.response.headers
    for name, per_second in (("retry-after-ms", 1_000), ("retry-after", 1)):
        try:
            return float(headers[name]) / per_second
        except (KeyError, ValueError):
            continue
    return until(headers.get("retry-after", ""))


def until(date: str) -> float | None:
    """Return the seconds from now to an HTTP date; None for what is none."""
    try:
        return max(0.0, (parsedate_to_datetime(date) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def filtered_categories(body: object) -> tuple[str, ...]:
    """Return the names of the categories that Azure's filter found, from its error body."""
    inner = body.get("innererror") if isinstance(body, dict) else None
    results = inner.get("content_filter_result") if isinstance(inner, dict) else None
    if not isinstance(results, dict):
        return ()
    return tuple(
        sorted(name for name, result in results.items() if isinstance(result, dict) and result.get("filtered"))
    )
