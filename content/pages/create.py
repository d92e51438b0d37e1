"""The pages where creators have texts written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import profiles
from accounts.access import CreatorRequest, creator_required
from ai_routing.routing import NoDeployment
from billing import budgets, quota
from billing.models import Budget
from content import access, examples, failures, figures, forms, onboarding, posts
from content import generation as generations
from content.failures import Failure
from content.figures import Figures
from content.forms import BriefForm
from content.models import Generation, Variant

READ_AND_SEND = ["GET", "HEAD", "POST"]


@dataclass(frozen=True, slots=True)
class VariantCard:
    """A version of a text as its card shows it; `chosen` says that it is what the post says now."""

    variant: Variant
    figures: Figures
    failure: Failure | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a brief was not taken: the code that the API has for it, and for `quota_exhausted` the figures."""

    status: int
    code: str
    exhausted: quota.QuotaExhausted | None = None
    budget: budgets.BudgetExhausted | None = None
    paused: bool = False


@creator_required
@require_http_methods(READ_AND_SEND)
def create(request: CreatorRequest) -> HttpResponse:
    if request.method != "POST":
        if "first" in request.GET:
            first = onboarding.first_brief(request.user, profiles.read(request.user))
            return composer(request, forms.blank(request.user, **first.fields()))
        example = examples.find(request.GET.get("example", ""))
        return composer(request, forms.blank(request.user, **(example.brief() if example else {})))
    form = BriefForm(request.POST)
    if not form.is_valid():
        return composer(request, form, status=422)
    try:
        generation = generations.request(request.user, form.brief(), now=timezone.now())
    except quota.QuotaExhausted as error:
        return composer(request, form, refusal=Refusal(402, "quota_exhausted", exhausted=error))
    except budgets.BudgetExhausted as error:
        if error.scope == Budget.Scope.USER:
            return composer(request, form, refusal=Refusal(402, "budget_exhausted", budget=error))
        return composer(request, form, refusal=Refusal(503, "ai_unavailable", paused=True))
    except quota.PlanRequired:
        return composer(request, form, refusal=Refusal(403, "plan_required"))
    except NoDeployment:
        return composer(request, form, refusal=Refusal(503, "ai_unavailable"))
    return redirect("content:generation", generation.pk)


def composer(
    request: CreatorRequest, form: BriefForm, *, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    return render(
        request,
        "content/create.html",
        {"form": form, "refusal": refusal, "examples": examples.EXAMPLES},
        status=refusal.status if refusal else status,
    )


@creator_required
@require_GET
def generation(request: CreatorRequest, generation_id: UUID) -> HttpResponse:
    row = access.generation(request.user, generation_id)
    return render(
        request,
        "content/generation.html",
        {
            "form": forms.again(row),
            "generation": row,
            "cards": [card(row, variant) for variant in row.variants.all()],
            "figures": figures.of_generation(row),
            "gentler": gentler(row),
        },
    )


@dataclass(frozen=True, slots=True)
class Gentler:
    """A brief in words that a content filter lets pass: what changed, and the form that sends it."""

    changes: Sequence[tuple[str, str]]
    prompt: str
    form: BriefForm


def gentler(row: Generation) -> Gentler | None:
    softer = failures.gentler(row)
    return Gentler(softer.changes, softer.text, forms.gentler(row, softer.text)) if softer else None


def card(row: Generation, variant: Variant) -> VariantCard:
    return VariantCard(
        variant=variant,
        figures=figures.summed(row, [variant]),
        failure=failures.FAILURES.get(variant.error_code),
        chosen=row.content is not None and bool(variant.body) and variant.body == row.content.body,
    )


@creator_required
@require_POST
def generation_stop(request: CreatorRequest, generation_id: UUID) -> HttpResponse:
    generations.stop(access.generation(request.user, generation_id), now=timezone.now())
    return redirect("content:generation", generation_id)


@creator_required
@require_POST
def variant_use(request: CreatorRequest, variant_id: UUID) -> HttpResponse:
    variant = access.variant(request.user, variant_id)
    try:
        content = posts.use(variant, now=timezone.now())
    except posts.NothingToUse:
        messages.error(request, _("This version has no text. Choose another one, or write again."))
        return redirect("content:generation", variant.generation_id)
    messages.success(request, _("This version is your post now"))
    return redirect("content:post-detail", content.pk)
