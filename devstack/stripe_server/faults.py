"""Errors as Stripe tells them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

_STATUSES: Final = {
    "card_error": HTTPStatus.PAYMENT_REQUIRED,
    "idempotency_error": HTTPStatus.BAD_REQUEST,
    "invalid_request_error": HTTPStatus.BAD_REQUEST,
    "api_error": HTTPStatus.INTERNAL_SERVER_ERROR,
}


class Fault(Exception):
    """What a request is answered with when it is refused. `told` are further fields of the error, such as `param`."""

    def __init__(
        self, message: str, *, kind: str = "invalid_request_error", status: int | None = None, **told: Any
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status or _STATUSES[kind]
        self.body = {"error": {"message": message, "type": kind, **{k: v for k, v in told.items() if v is not None}}}


def missing(kind: str, id: str, param: str = "id") -> Fault:
    """Return the fault for an id that is not there."""
    return Fault(f"No such {kind}: '{id}'", code="resource_missing", param=param, status=HTTPStatus.NOT_FOUND)


def refused(message: str, param: str | None = None, code: str | None = None) -> Fault:
    """Return the fault for something that the object's state does not allow."""
    return Fault(message, param=param, code=code)
