"""Log in by address and password."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from accounts.entrance.addresses import MOST_CLAIMS, accounts_of
from accounts.models import User


class PasswordBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """Tries the accounts of an address. A refusal takes the same work whether there are none, one or several."""

    def _authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        email = credentials.get("email") or credentials.get("username") or ""
        password = credentials["password"]
        accounts = accounts_of(email) if email else []
        for user in accounts:
            if self._check_password(user, password):
                return user
        for _missing in range(MOST_CLAIMS + 1 - len(accounts)):
            User().set_password(password)
        self._did_check_password = True
        return None
