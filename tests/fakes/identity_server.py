"""An OpenID provider that speaks like Google and like GitHub, and insists on PKCE: `python -m tests.fakes.identity_server`.

It is a process of its own: what its libraries warn of is none of our tests' business.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

ROOT = Path(__file__).parent.parent.parent


class IdentityServer:
    """The running server. People are told to it by `knows`."""

    def __init__(self, port: int) -> None:
        # Another site than ours, which stands at localhost.
        self.url = f"http://127.0.0.1:{port}"

    def knows(self, sub: str, **claims: Any) -> None:
        body = json.dumps(claims).encode()
        request = urllib.request.Request(
            f"{self.url}/users/{sub}", body, {"Content-Type": "application/json"}, method="PUT"
        )
        urllib.request.urlopen(request, timeout=5).close()

    def verified(self) -> int:
        """Return how many codes were exchanged with the verifier that belongs to their challenge."""
        with urllib.request.urlopen(f"{self.url}/verified", timeout=5) as answer:
            return int(json.load(answer))


@contextmanager
def running() -> Iterator[IdentityServer]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.identity_server", str(port)],
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    server = IdentityServer(port)
    try:
        for _n in range(200):
            try:
                server.verified()
                break
            except OSError:
                time.sleep(0.1)
        yield server
    finally:
        process.terminate()
        process.wait(10)


def serve(port: int) -> None:
    # Slow to import, and wanted by the process alone.
    import oidc_provider_mock  # noqa: PLC0415

    app: Any = oidc_provider_mock.app()
    insist_on_pkce(app)
    speak_like_github(app)
    app.run("127.0.0.1", port, debug=False, use_reloader=False)


def insist_on_pkce(app: Any) -> None:
    """Give a code for a challenge alone, and a token for the verifier that belongs to it."""
    import flask  # noqa: PLC0415

    challenges: dict[str, str] = {}
    verified: list[str] = []

    @app.get("/verified")
    def count() -> Any:
        return flask.jsonify(len(verified))

    @app.get("/google/auth")
    @app.get("/login/oauth/authorize")
    def authorize() -> Any:
        """Ask as the provider does whatever the other page asked for."""
        asked = flask.request.args.to_dict()
        if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
            return "PKCE is missing", 400
        values: dict[str, Any] = {**asked, "scope": "openid profile email"}
        return flask.redirect(flask.url_for("oidc-provider-mock.authorize", **values))

    @app.after_request
    def remember(response: Any) -> Any:
        """Note which challenge a code was given for."""
        where = response.headers.get("Location", "")
        if "error=" in where and "state=" not in where:
            # The provider forgets it, against RFC 6749, 4.1.2.1.
            response.headers["Location"] = f"{where}&{urlencode({'state': flask.request.args.get('state', '')})}"
        code = parse_qs(urlsplit(where).query).get("code")
        if code:
            challenges[code[0]] = flask.request.args.get("code_challenge", "")
        return response

    @app.before_request
    def check() -> Any:
        if flask.request.path != "/oauth2/token":
            return None
        digest = hashlib.sha256(flask.request.form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        code = flask.request.form.get("code", "")
        if not secrets.compare_digest(challenge, challenges.pop(code, "none")):
            return flask.jsonify({"error": "invalid_grant"}), 400
        verified.append(code)
        return None


def speak_like_github(app: Any) -> None:
    """Tell of the person and their addresses where GitHub does, not where OpenID has it."""
    import flask  # noqa: PLC0415

    def person() -> dict[str, Any]:
        token = flask.request.headers["Authorization"].partition(" ")[2]
        answer = app.test_client().get("/userinfo", headers={"Authorization": f"Bearer {token}"})
        return dict(answer.get_json())

    @app.get("/user")
    def user() -> Any:
        known = person()
        return flask.jsonify({"id": known["sub"], "login": known["sub"], "name": known.get("name"), "email": None})

    @app.get("/user/emails")
    def emails() -> Any:
        known = person()
        return flask.jsonify(
            [{"email": known["email"], "primary": True, "verified": known.get("email_verified", False)}]
        )


if __name__ == "__main__":
    serve(int(sys.argv[1]))
