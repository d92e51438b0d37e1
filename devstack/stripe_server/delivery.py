"""Webhooks on their way: signed, sent over HTTP, tried again until they are taken, in no order that anybody promises."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from devstack.stripe_server.controls import Controls
from devstack.stripe_server.world import Object, World, shown

RETRY_AFTER: Final = (1.0, 5.0, 30.0, 120.0, 600.0, 3600.0)
"""Seconds after which a delivery that failed is tried again; Stripe takes hours, a laptop's day is shorter."""

TIMEOUT: Final = 20.0
AT_ONCE: Final = 4
_PAUSE: Final = 0.02


def signature(secrets: list[str], payload: bytes, at: int) -> str:
    """Return the header that proves who sent a payload; while a secret is being replaced, by both."""
    signed = [hmac.new(one.encode(), f"{at}.".encode() + payload, hashlib.sha256).hexdigest() for one in secrets]
    return ",".join([f"t={at}", *(f"v1={one}" for one in signed)])


class Courier:
    """Delivers what stands in the world's outbox, from threads of its own."""

    def __init__(self, world: World, lock: threading.RLock, controls: Controls) -> None:
        self.world = world
        self.lock = lock
        self.controls = controls
        self.under_way: set[str] = set()
        self.is_over = threading.Event()
        self.pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook")
        self.thread = threading.Thread(target=self._run, name="courier", daemon=True)

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        self.is_over.set()
        self.thread.join()
        self.pool.shutdown(wait=True, cancel_futures=True)

    def waiting(self) -> int:
        """Return how many deliveries are still to be made, those that failed and wait for another try included."""
        with self.lock:
            return len(self.world.outbox)

    def _run(self) -> None:
        while not self.is_over.wait(_PAUSE):
            with self.lock:
                if len(self.under_way) >= AT_ONCE:
                    continue
                now = time.time() - self.controls.delay
                due = [one for one in self.world.outbox if one["due"] <= now and one["id"] not in self.under_way]
                due = self.controls.ordered(due)[: AT_ONCE - len(self.under_way)]
                self.under_way |= {one["id"] for one in due}
            for one in due:
                self.pool.submit(self._deliver, one)

    def _deliver(self, one: Object) -> None:
        try:
            with self.lock:
                event = self.world.objects["event"].get(one["event"])
                endpoint = self.world.objects["webhook_endpoint"].get(one["endpoint"])
                fault = self.controls.for_delivery()
                payload = json.dumps(shown(event), indent=2).encode() if event else b""
            if event is None or endpoint is None:
                self._done(one, event)
                return
            taken = fault == "drop" or self._send(endpoint, payload, forged=fault == "bad_signature")
            if fault == "duplicate":
                self._send(endpoint, payload)
            if fault == "bad_signature":
                # The forgery is beside the true one, which is still to come.
                return
            if taken:
                self._done(one, event)
            else:
                self._put_off(one)
        finally:
            with self.lock:
                self.under_way.discard(one["id"])

    def _send(self, endpoint: Object, payload: bytes, *, forged: bool = False) -> bool:
        at = int(time.time())
        secrets = ["whsec_of_somebody_else"] if forged else endpoint["_secrets"]
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(secrets, payload, at),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        request = urllib.request.Request(endpoint["url"], payload, headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                return bool(200 <= answer.status < 300)
        except urllib.error.HTTPError as error:
            error.close()
            return False
        except OSError:
            return False

    def _done(self, one: Object, event: Object | None) -> None:
        with self.lock:
            self.world.outbox = [other for other in self.world.outbox if other["id"] != one["id"]]
            if event is not None:
                event["pending_webhooks"] = max(0, event["pending_webhooks"] - 1)
            self.world.save()

    def _put_off(self, one: Object) -> None:
        with self.lock:
            if one["attempts"] >= len(RETRY_AFTER):
                self.world.outbox = [other for other in self.world.outbox if other["id"] != one["id"]]
            for other in self.world.outbox:
                if other["id"] == one["id"]:
                    other["due"] = time.time() + RETRY_AFTER[other["attempts"]] * self.controls.haste
                    other["attempts"] += 1
            self.world.save()
