"""A Stripe account for tests: the simulator in this process, each of its answers held against Stripe's own document."""

from tests.fakes.stripe_account.account import Account
from tests.fakes.stripe_account.inbox import Inbox

__all__ = ["Account", "Inbox"]
