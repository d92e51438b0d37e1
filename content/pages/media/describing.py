"""Have alternative text proposed. The creator reads it before it is kept."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import CreatorRequest, creator_required
from billing import budgets, quota
from content import access
from content.media import describing, storage
from content.models import Asset
from content.pages.media.uploads import away, refusal


@creator_required
@require_POST
def describe(request: CreatorRequest, asset_id: UUID) -> HttpResponse:
    asset = access.asset(request.user, asset_id)
    if asset.state != Asset.State.READY:
        return refusal(409, "not_ready", _("It is not ready yet"), _("Try again in a moment."))
    try:
        proposal = describing.propose(asset, get_language() or "en", now=timezone.now())
    except describing.NothingSees:
        return refusal(
            503,
            "nothing_sees",
            _("No model here can look at pictures"),
            _("Write it yourself for now: who, what and where, in a sentence or two."),
        )
    except describing.NotProposed as error:
        if error.code == "content_blocked":
            advice = _("Providers of models refuse some pictures. Write it yourself: nothing was charged.")
            return refusal(422, error.code, _("The model does not describe this picture"), advice)
        return refusal(503, error.code, _("No model answers just now"), _("Try again: nothing was charged."))
    except quota.QuotaExhausted:
        return refusal(
            402, "quota_exhausted", _("Not enough credits are left"), _("They come back with the new month.")
        )
    except (budgets.BudgetExhausted, quota.PlanRequired):
        return refusal(402, "budget_exhausted", _("This is not possible now"), _("Write it yourself for now."))
    except storage.AWAY:
        return away()
    took = ngettext("%(credits)s credit", "%(credits)s credits", proposal.credits) % {"credits": proposal.credits}
    return JsonResponse({"text": proposal.text, "told": f"{proposal.model} · {took}"})
