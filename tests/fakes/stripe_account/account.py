from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import stripe

from devstack.stripe_server.server import Server
from tests.fakes.stripe_account import document

KEY = "sk_test_" + "0123456789abcdefghijklmn"


class Checked(stripe.RequestsClient):
    """Stripe's own HTTP client, that looks at each answer before anybody else does."""

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, **more: Any
    ) -> Any:
        body, status, told = super().request(method, url, headers, post_data, **more)
        if status == 200:
            answer = json.loads(body)
            document.check(method.upper(), urllib.parse.urlsplit(url).path, answer)
            for one in answer.get("data", ()) if answer.get("object") == "list" else ():
                if one["object"] == "event":
                    document.check_object(one["data"]["object"])
        return body, status, told


class Account:
    """The simulator on a port of its own, with a client that speaks to it. A context manager."""

    def __init__(self, file: Path | None = None, key: str = KEY) -> None:
        self.key = key
        self.server = Server(("127.0.0.1", 0), key, file)
        self.url = self.server.url
        self.client = stripe.StripeClient(
            key, base_addresses={"api": self.url}, http_client=Checked(), max_network_retries=0
        )
        self.thread = threading.Thread(target=lambda: self.server.serve_forever(poll_interval=0.02), daemon=True)

    def __enter__(self) -> Account:
        self.server.begin()
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.end()
        self.thread.join()

    def control(self, name: str, **wanted: Any) -> dict[str, Any]:
        """Turn one of the simulator's own knobs; see devstack/stripe_server/controls.py."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        address = f"{self.url}/_simulator/{name}"
        request = urllib.request.Request(address, json.dumps(wanted).encode(), headers, method="POST")
        with urllib.request.urlopen(request, timeout=30) as answer:
            told: dict[str, Any] = json.loads(answer.read())
            return told

    def settle(self, seconds: float = 20) -> None:
        """Wait until every webhook was taken."""
        deadline = time.monotonic() + seconds
        while self.server.courier.waiting():
            assert time.monotonic() < deadline, "webhooks were not taken in time"
            time.sleep(0.01)

    def submit(self, url: str, **fields: str) -> tuple[str, str]:
        """Send a form of one of its pages as a browser does; return the address reached, and the page."""
        body = urllib.parse.urlencode(fields).encode()
        try:
            with urllib.request.build_opener(_Stay()).open(url, body, timeout=10) as answer:
                return answer.url, answer.read().decode()
        except _Left as left:
            return left.address, ""

    def read(self, url: str) -> bytes:
        """Return what a browser gets at an address."""
        with urllib.request.urlopen(url, timeout=10) as answer:
            file: bytes = answer.read()
            return file

    def read_any(self, url: str) -> str:
        """Return what a browser sees at an address, also where it is told that there is nothing any more."""
        try:
            return self.read(url).decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.read().decode()

    # --- What most tests need ---

    def clock(self, at: int = 1_790_000_000) -> Any:
        return self.client.v1.test_helpers.test_clocks.create({"frozen_time": at})

    def advance(self, clock: Any, at: int) -> None:
        self.client.v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": at})

    def price(self, amount: int = 2900, interval: Any = "month", currency: str = "eur", product: str = "Pro") -> Any:
        found = self.client.v1.products.create({"name": product})
        return self.client.v1.prices.create(
            {"product": found.id, "unit_amount": amount, "currency": currency, "recurring": {"interval": interval}}
        )

    def customer(self, card: str | None = "pm_card_visa", **fields: Any) -> Any:
        wanted: Any = {"email": "alice@example.org", **fields}
        made = self.client.v1.customers.create(wanted)
        if card:
            self.give_card(made.id, card)
        return made

    def give_card(self, customer: str, card: str) -> Any:
        method = self.client.v1.payment_methods.attach(card, {"customer": customer})
        self.client.v1.customers.update(customer, {"invoice_settings": {"default_payment_method": method.id}})
        return method

    def customer_charge(self, customer: str) -> str:
        return str(self.client.v1.charges.list({"customer": customer}).data[0].id)

    def events(self, of: str | None = None) -> list[str]:
        """Return the types of what happened, the oldest first; the client has looked at what they are about."""
        wanted: Any = {"limit": 100, **({"type": of} if of else {})}
        found = self.client.v1.events.list(wanted)
        return [str(event.type) for event in found.auto_paging_iter()][::-1]


class _Left(Exception):
    """The browser was sent elsewhere, to a page that is not there in a test."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req: Any, fp: Any, code: Any, msg: Any, headers: Any, newurl: str) -> Any:
        if urllib.parse.urlsplit(newurl).netloc != urllib.parse.urlsplit(req.full_url).netloc:
            raise _Left(newurl)
        return urllib.request.Request(newurl)
