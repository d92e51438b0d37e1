"""What an operator should know of the configured models before it is too late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from accounts.dates import written
from ai_routing import catalogue, checks, prices


def of_models(*, today: date) -> list[str]:
    """Return a sentence for each configured model that retires soon, and for each whose price is not known."""
    deployments = checks.every_deployment()
    return [*retiring(deployments, today=today), *unpriced(deployments, today=today)]


def retiring(deployments: Sequence[catalogue.Deployment], *, today: date) -> list[str]:
    found = []
    for deployment in deployments:
        retirement = catalogue.retirement(deployment)
        if retirement is None or retirement.on - today > checks.NOTICE:
            continue
        words = {"model": str(deployment), "day": written(retirement.on, _("j F Y")), "next": retirement.replacement}
        if retirement.on <= today:
            text = _("%(model)s was retired on %(day)s.") % words
        else:
            text = _("%(model)s retires on %(day)s.") % words
        if retirement.replacement:
            text += " " + _("The vendor's replacement is %(next)s.") % words
        found.append(text)
    return found


def unpriced(deployments: Sequence[catalogue.Deployment], *, today: date) -> list[str]:
    return [
        _("No price is known for %(model)s: set HUNTAZE_AI_PRICES, then run manage.py reprice.")
        % {"model": str(deployment)}
        for deployment in deployments
        if prices.of(deployment, on=today) is None
    ]
