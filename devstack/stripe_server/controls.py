"""What a test, or a curious developer, can make go wrong; and time, made to pass."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from devstack.stripe_server import money_back, timeline
from devstack.stripe_server.faults import Fault, refused
from devstack.stripe_server.world import Object, World

DELIVERY_FAULTS: Final = {"bad_signature", "drop", "duplicate"}
REQUEST_FAULTS: Final = {"api_500": 500, "rate_limit": 429}


class Controls:
    """The faults that are ordered, each for so many times."""

    def __init__(self) -> None:
        self.faults: list[dict[str, Any]] = []
        self.is_reversed = False
        self.delay = 0.0
        # A share of the usual time between two tries of a delivery.
        self.haste = 1.0

    def order(self, wanted: dict[str, Any]) -> None:
        """Order faults: `kind`, how many `times`, and for requests whose `path` begins so. Raises Fault."""
        kind = wanted.get("kind")
        if kind not in DELIVERY_FAULTS | REQUEST_FAULTS.keys():
            raise refused(f"There is no fault {kind!r}.")
        self.faults.append({"kind": kind, "times": int(wanted.get("times", 1)), "path": wanted.get("path", "/")})

    def set(self, wanted: dict[str, Any]) -> None:
        """Change how deliveries go: `reorder`, `delay` in seconds, `haste`; `clear` forgets all faults."""
        if wanted.get("clear"):
            self.faults, self.is_reversed, self.delay, self.haste = [], False, 0.0, 1.0
        self.is_reversed = bool(wanted.get("reorder", self.is_reversed))
        self.delay = float(wanted.get("delay", self.delay))
        self.haste = float(wanted.get("haste", self.haste))

    def for_delivery(self) -> str | None:
        """Return the fault that the next delivery has, if any."""
        return self._take(DELIVERY_FAULTS, "/")

    def for_request(self, path: str) -> None:
        """Raise the Fault that a request is answered with in place of being done, if one is ordered."""
        kind = self._take(REQUEST_FAULTS.keys(), path)
        if kind == "api_500":
            raise Fault("An unknown error occurred", kind="api_error")
        if kind == "rate_limit":
            raise Fault("Too many requests", code="rate_limit", status=HTTPStatus.TOO_MANY_REQUESTS)

    def ordered(self, due: list[Object]) -> list[Object]:
        """Return deliveries in the order in which they go out."""
        return due[::-1] if self.is_reversed else due

    def _take(self, kinds: Any, path: str) -> str | None:
        for fault in self.faults:
            if fault["kind"] in kinds and path.startswith(fault["path"]):
                fault["times"] -= 1
                if fault["times"] <= 0:
                    self.faults.remove(fault)
                return str(fault["kind"])
        return None


def act(world: World, controls: Controls, name: str, wanted: dict[str, Any]) -> Object:
    """Do what `/_simulator/<name>` asks for, and return what is told about it. Raises Fault."""
    if name == "advance":
        world.settings["offset"] += int(wanted["seconds"])
        return {"now": world.now(), "done": timeline.run(world, None)}
    if name == "faults":
        controls.order(wanted)
    elif name == "deliveries":
        controls.set(wanted)
    elif name == "settings":
        if wanted.get("after_retries") not in {"cancel", "unpaid", "past_due"}:
            raise refused("after_retries is cancel, unpaid or past_due.")
        world.settings["after_retries"] = wanted["after_retries"]
    elif name == "dispute":
        return {"dispute": money_back.dispute(world, world.get("charge", wanted["charge"]))["id"]}
    elif name == "decide":
        return {
            "status": money_back.decide(world, world.get("dispute", wanted["dispute"]), won=wanted["won"])["status"]
        }
    elif name == "roll":
        endpoint = world.get("webhook_endpoint", wanted["endpoint"])
        # The old one holds for as long as `and_old` says, which is a day with Stripe.
        endpoint["_secrets"] = [wanted["secret"], *(endpoint["_secrets"][:1] if wanted.get("and_old") else [])]
    elif name == "resend":
        event = world.get("event", wanted["event"])
        for endpoint in wanted.get("endpoints") or list(world.objects["webhook_endpoint"]):
            world.post(event, endpoint)
    else:
        raise refused(f"There is no control {name!r}.")
    return {"now": world.now()}
