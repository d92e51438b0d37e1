"""How each figure of the page "Revenue" is meant, shown beside the figures."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MEANT: Final[tuple[tuple[str | Promise, str | Promise], ...]] = (
    (
        _("MRR"),
        _(
            "What the paying accounts come to in a month, at the prices of their subscriptions, less the discounts that"
            " last: a yearly plan counts a twelfth, a discount for a single invoice does not count. ARR is twelve times that."
        ),
    ),
    (
        _("Paying accounts"),
        _(
            "Subscriptions that are active, or past due within the grace of 14 days, also when they are cancelled and have"
            " not ended. Trials, paused, unpaid and incomplete ones do not count, and neither does a plan that was given."
        ),
    ),
    (_("Trialing accounts"), _("Subscriptions on trial now. What they may come to is in no figure.")),
    (
        _("Gained, grown, shrunk, lost"),
        _(
            "The change of MRR from the first to the last moment of a month (UTC), account by account: from nothing, up,"
            " down, and to nothing. An account that comes back is gained, one that comes and goes in a month is in none."
        ),
    ),
    (
        _("Churn of accounts"),
        _(
            "Accounts that were paying when the month began and paid no more when it ended, of all that were paying then."
        ),
    ),
    (_("Churn of MRR"), _("What was lost and shrunk in the month, of the MRR with which it began.")),
    (
        _("Conversion of trials"),
        _(
            "Of the trials that ended in the month, those that went straight on as a paid plan. Who gives a card after a"
            " pause is gained, and not converted."
        ),
    ),
    (
        _("Failed payments"),
        _(
            "Invoices of the month whose first payment did not go through: recovered when they were paid since, open while"
            " they still may be, lost when they were voided or written off. The recovery rate is of those that are settled."
        ),
    ),
    (_("Refunds"), _("What was given back in the month, whenever it was paid; failed refunds do not count.")),
    (_("Disputes"), _("Payments of which the bank took the money back in the month, won, lost or open.")),
)
