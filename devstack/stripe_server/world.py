"""Everything that one Stripe account holds, the time that it is there, and what is to be told to webhooks."""

from __future__ import annotations

import copy
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from devstack.stripe_server import schema
from devstack.stripe_server.faults import missing

Object = dict[str, Any]
"""An object as Stripe sends it. Fields whose names begin with `_` are the simulator's own, and never sent."""

ACCOUNT: Final = "acct_1HuntazeLaptop000"

# The beginning of an id says what it names.
PREFIXES: Final = {
    "account": "acct",
    "billing_portal.configuration": "bpc",
    "billing_portal.session": "bps",
    "charge": "ch",
    "checkout.session": "cs_test",
    "coupon": "",
    "customer": "cus",
    "discount": "di",
    "dispute": "du",
    "event": "evt",
    "invoice": "in",
    "invoice_payment": "inpay",
    "invoiceitem": "ii",
    "item": "li",
    "line_item": "il",
    "payment_intent": "pi",
    "payment_method": "pm",
    "price": "price",
    "product": "prod",
    "promotion_code": "promo",
    "refund": "re",
    "setup_intent": "seti",
    "subscription": "sub",
    "subscription_item": "si",
    "subscription_schedule": "sub_sched",
    "test_helpers.test_clock": "clock",
    "webhook_endpoint": "we",
}


def new_id(kind: str) -> str:
    """Return an id that nothing has yet."""
    prefix = PREFIXES[kind]
    return f"{prefix}_{secrets.token_hex(12)}" if prefix else secrets.token_hex(4)


def shown(found: Any) -> Any:
    """Return a copy without what is the simulator's own."""
    if isinstance(found, dict):
        return {name: shown(value) for name, value in found.items() if not name.startswith("_")}
    return [shown(one) for one in found] if isinstance(found, list) else found


class World:
    """The account. One request or one tick of the clock at a time works on it; the server sees to that."""

    def __init__(self, file: Path | None = None) -> None:
        self.file = file
        self.objects: dict[str, dict[str, Object]] = {kind: {} for kind in PREFIXES}
        self.outbox: list[Object] = []
        self.answers: dict[str, Object] = {}
        self.settings: Object = {"offset": 0, "after_retries": "unpaid", "invoices": 0}
        self.moment: int | None = None
        # Of the request under way, for the events that it causes.
        self.request: Object = {"id": None, "idempotency_key": None}
        if file is not None and file.exists():
            self._put(json.loads(file.read_text(encoding="utf-8")))
            self._join()

    # --- Time ---

    def now(self, customer: str | None = None) -> int:
        """Return the time, in whole seconds, as the customer's test clock has it, or else the simulator's."""
        clock = self.clock_of(customer)
        if clock is not None:
            return int(clock["frozen_time"])
        return self.moment if self.moment is not None else int(time.time()) + int(self.settings["offset"])

    def clock_of(self, customer: str | None) -> Object | None:
        """Return the test clock that a customer lives by, if any."""
        who = self.objects["customer"].get(customer or "", {})
        return self.objects["test_helpers.test_clock"].get(who.get("test_clock") or "")

    # --- Objects ---

    def add(self, kind: str, fields: Object, *, customer: str | None = None) -> Object:
        """Keep a new object of a kind, and return it. What is not given is null."""
        one = schema.blank(kind) | {"id": new_id(kind), "created": self.now(customer), "livemode": False}
        properties = schema.document()["schemas"][kind]["properties"]
        one = {name: value for name, value in one.items() if name in properties} | fields
        if "metadata" in properties:
            one["metadata"] = dict(one.get("metadata") or {})
        self.objects[kind][one["id"]] = one
        return one

    def get(self, kind: str, id: str, param: str = "id") -> Object:
        """Return an object. Raises Fault when there is none of that kind and id."""
        found = self.objects[kind].get(id)
        if found is None:
            raise missing(kind.rpartition(".")[2], id, param)
        return found

    def all(self, kind: str, **wanted: Any) -> Iterator[Object]:
        """Yield the objects of a kind that have these values, the oldest first."""
        for one in list(self.objects[kind].values()):
            if all(one.get(name) == value for name, value in wanted.items()):
                yield one

    def remove(self, kind: str, id: str) -> None:
        """Forget an object."""
        self.objects[kind].pop(id, None)

    # --- Events ---

    def emit(self, what: str, about: Object, previous: Object | None = None) -> None:
        """Make an event and address it to each endpoint that wants it."""
        customer = about.get("customer") if about["object"] != "customer" else about["id"]
        clock = self.clock_of(customer)
        created = int(clock["frozen_time"]) if clock else self.now()
        wanting = [
            endpoint["id"]
            for endpoint in self.objects["webhook_endpoint"].values()
            if endpoint["status"] == "enabled" and {"*", what} & set(endpoint["enabled_events"])
        ]
        data: Object = {"object": shown(copy.deepcopy(about))}
        if previous is not None:
            data["previous_attributes"] = shown(copy.deepcopy(previous))
        event = self.add(
            "event",
            {
                "api_version": schema.version(),
                "created": created,
                "data": data,
                "pending_webhooks": len(wanting),
                "request": dict(self.request),
                "type": what,
            },
        )
        for endpoint in wanting:
            self.post(event, endpoint)

    def post(self, event: Object, endpoint: str) -> None:
        """Address an event to an endpoint."""
        id = secrets.token_hex(8)
        self.outbox.append({"id": id, "event": event["id"], "endpoint": endpoint, "attempts": 0, "due": time.time()})

    def change(self, what: str, about: Object, fields: Object) -> None:
        """Set fields and tell of it, with what they were before; nothing is told when nothing changes."""
        previous = {name: copy.deepcopy(about.get(name)) for name, value in fields.items() if about.get(name) != value}
        about.update(fields)
        if previous:
            self.emit(what, about, previous)

    # --- Keeping ---

    def snapshot(self) -> Object:
        """Return all that is kept, as it is now."""
        kept = {"objects": self.objects, "outbox": self.outbox, "answers": self.answers, "settings": self.settings}
        return copy.deepcopy(kept)

    def restore(self, kept: Object) -> None:
        """Go back to what a snapshot holds."""
        self._put(kept)

    @contextmanager
    def imagined(self) -> Iterator[None]:
        """Undo whatever the block does."""
        kept = self.snapshot()
        try:
            yield
        finally:
            self._put(kept)

    def save(self) -> None:
        """Write everything to the file, whole or not at all; without a file nothing is kept."""
        if self.file is None:
            return
        kept = {"objects": self.objects, "outbox": self.outbox, "answers": self.answers, "settings": self.settings}
        beside = self.file.with_suffix(".new")
        beside.touch(mode=0o600)
        beside.write_text(json.dumps(kept), encoding="utf-8")
        os.replace(beside, self.file)  # noqa: PTH105 - atomic on every system

    def _join(self) -> None:
        """Make one object again of an item and its place in its subscription, which a file holds twice."""
        for subscription in self.objects["subscription"].values():
            self.join(subscription)

    def join(self, subscription: Object) -> None:
        """Let the items of a subscription be those that are found by their ids."""
        for item in subscription["items"]["data"]:
            self.objects["subscription_item"][item["id"]] = item

    def _put(self, kept: Object) -> None:
        self.objects = {kind: kept["objects"].get(kind, {}) for kind in PREFIXES}
        self.outbox = kept["outbox"]
        self.answers = kept["answers"]
        self.settings = kept["settings"]
