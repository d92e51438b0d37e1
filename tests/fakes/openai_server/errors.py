"""Error answers in the shapes that OpenAI and Azure OpenAI send."""

import math
from typing import Any

from tests.fakes.openai_server.behaviours import Fault, Provider

_CATEGORIES = ("hate", "self_harm", "sexual", "violence")


class VendorError(Exception):
    """An error answer: HTTP status, JSON body and extra headers."""

    def __init__(self, status: int, error: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {error.get('message')}")
        self.status = status
        self.body: dict[str, Any] = {"error": error}
        self.headers = headers or {}


def filter_results(*, flagged: str | None = None) -> dict[str, dict[str, Any]]:
    """Azure's verdict by category; `flagged` is the category that was filtered, if any."""
    return {
        category: {"filtered": category == flagged, "severity": "high" if category == flagged else "safe"}
        for category in _CATEGORIES
    }


def invalid_request(message: str, *, param: str | None = None, code: str | None = None) -> VendorError:
    return VendorError(400, _openai(message, "invalid_request_error", param=param, code=code))


def unknown_url(provider: Provider, method: str, path: str) -> VendorError:
    if provider == "azure":
        return VendorError(404, {"code": "404", "message": "Resource not found"})
    return VendorError(404, _openai(f"Invalid URL ({method} {path})", "invalid_request_error"))


def bad_key(provider: Provider, key: str) -> VendorError:
    if provider == "azure":
        message = (
            "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an"
            " active subscription and use a correct regional API endpoint for your resource."
        )
        return VendorError(401, {"code": "401", "message": message})
    if not key:
        message = (
            "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth"
            " (i.e. Authorization: Bearer YOUR_KEY)."
        )
        return VendorError(401, _openai(message, "invalid_request_error"))
    message = (
        f"Incorrect API key provided: {key}. You can find your API key at https://platform.openai.com/account/api-keys."
    )
    return VendorError(401, _openai(message, "invalid_request_error", code="invalid_api_key"))


def model_not_found(provider: Provider, model: str) -> VendorError:
    if provider == "azure":
        message = (
            "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes,"
            " please wait a moment and try again."
        )
        return VendorError(404, {"code": "DeploymentNotFound", "message": message})
    message = f"The model `{model}` does not exist or you do not have access to it."
    return VendorError(404, _openai(message, "invalid_request_error", code="model_not_found"))


def rate_limited(provider: Provider, model: str, retry_after: float) -> VendorError:
    """429 with both headers; `retry_after` is in seconds, and the header in seconds is rounded up as it must be whole."""
    headers = _retry_headers(retry_after) | {"x-ratelimit-remaining-requests": "0"}
    if provider == "azure":
        message = (
            "Requests to the ChatCompletions_Create Operation under Azure OpenAI API have exceeded token rate limit of your"
            f" current OpenAI S0 pricing tier. Please retry after {math.ceil(retry_after)} seconds."
        )
        return VendorError(429, {"code": "429", "message": message}, headers)
    message = (
        f"Rate limit reached for {model} on requests per min (RPM): Limit 3, Used 3, Requested 1."
        f" Please try again in {retry_after:g}s."
    )
    return VendorError(429, _openai(message, "requests", code="rate_limit_exceeded"), headers)


def insufficient_quota() -> VendorError:
    message = (
        "You exceeded your current quota, please check your plan and billing details. For more information on this error,"
        " read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors."
    )
    return VendorError(429, _openai(message, "insufficient_quota", code="insufficient_quota"))


def server_error(provider: Provider) -> VendorError:
    if provider == "azure":
        message = "The server had an error processing your request. Sorry about that!"
        return VendorError(500, {"code": "InternalServerError", "message": message})
    message = "The server had an error while processing your request. Sorry about that!"
    return VendorError(500, _openai(message, "server_error"))


def unavailable(provider: Provider, retry_after: float) -> VendorError:
    headers = _retry_headers(retry_after)
    if provider == "azure":
        message = "The service is temporarily unable to process your request. Please try again later."
        return VendorError(503, {"code": "ServiceUnavailable", "message": message}, headers)
    message = "The server is currently overloaded with other requests. Sorry about that! You can retry your request."
    return VendorError(503, _openai(message, "server_error"), headers)


def prompt_filtered(provider: Provider) -> VendorError:
    if provider == "openai":
        message = (
            "Invalid prompt: your prompt was flagged as potentially violating our usage policy. Please try again with a"
            " different prompt: https://platform.openai.com/docs/guides/reasoning#advice-on-prompting"
        )
        return invalid_request(message, code="invalid_prompt")
    message = (
        "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your"
        " prompt and retry. To learn more about our content filtering policies please read our documentation:"
        " https://go.microsoft.com/fwlink/?linkid=2198766"
    )
    verdict = filter_results(flagged="sexual") | {"jailbreak": {"filtered": False, "detected": False}}
    inner = {"code": "ResponsibleAIPolicyViolation", "content_filter_result": verdict}
    error = {
        "message": message,
        "type": None,
        "param": "prompt",
        "code": "content_filter",
        "status": 400,
        "innererror": inner,
    }
    return VendorError(400, error)


def context_too_long(limit: int, used: int) -> VendorError:
    """`limit` and `used` are in tokens."""
    message = (
        f"This model's maximum context length is {limit} tokens. However, your messages resulted in {used} tokens."
        " Please reduce the length of the messages."
    )
    return invalid_request(message, param="messages", code="context_length_exceeded")


def of_fault(fault: Fault | None, provider: Provider, model: str, *, retry_after: float) -> VendorError | None:
    """The error answer of a fault, or None for a fault that strikes in another way."""
    match fault:
        case Fault.BAD_KEY:
            return bad_key(provider, "sk-*****")
        case Fault.MODEL_NOT_FOUND:
            return model_not_found(provider, model)
        case Fault.RATE_LIMITED:
            return rate_limited(provider, model, retry_after)
        case Fault.INSUFFICIENT_QUOTA:
            return insufficient_quota()
        case Fault.SERVER_ERROR:
            return server_error(provider)
        case Fault.UNAVAILABLE:
            return unavailable(provider, retry_after)
        case Fault.PROMPT_FILTERED:
            return prompt_filtered(provider)
        case _:
            return None


def _openai(message: str, kind: str, *, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    return {"message": message, "type": kind, "param": param, "code": code}


def _retry_headers(seconds: float) -> dict[str, str]:
    return {"retry-after": str(math.ceil(seconds)), "retry-after-ms": str(round(seconds * 1000))}
