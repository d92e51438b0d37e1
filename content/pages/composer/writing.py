"""Have something written: versions of a text, a rewrite, hashtags, first lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import CreatorRequest, creator_required
from accounts.read_only import kept_open
from ai_routing.routing import NoDeployment
from billing import budgets, quota
from billing.models import Budget
from content import access, forms, history, posts
from content import generation as generations
from content.brief import Brief, once_more
from content.forms import ComposerForm, EditForm
from content.models import Content, Generation, Kind
from content.pages.composer import saving, showing

TEXT_SHOWN: Final = "#results"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a brief was not taken: the code that the API has for it, and for `quota_exhausted` the figures."""

    status: int
    code: str
    exhausted: quota.QuotaExhausted | None = None
    budget: budgets.BudgetExhausted | None = None
    paused: bool = False


def asked(request: CreatorRequest, brief: Brief, content: Content) -> Generation | Refusal:
    """Start a generation for a draft, or tell why it was not taken."""
    try:
        return generations.request(request.user, brief, content=content, now=timezone.now())
    except quota.QuotaExhausted as error:
        return Refusal(402, "quota_exhausted", exhausted=error)
    except budgets.BudgetExhausted as error:
        if error.scope == Budget.Scope.USER:
            return Refusal(402, "budget_exhausted", budget=error)
        return Refusal(503, "ai_unavailable", paused=True)
    except quota.PlanRequired:
        return Refusal(403, "plan_required")
    except NoDeployment:
        return Refusal(503, "ai_unavailable")


def first(request: CreatorRequest) -> HttpResponse:
    """Begin a draft with a brief, and have it written."""
    form = ComposerForm(request.POST, user=request.user)
    if not form.is_valid():
        return not_valid(request, form, None)
    return started(request, form, saving.begun(request, form))


@creator_required
@require_POST
def write(request: CreatorRequest, content_id: UUID) -> HttpResponse:
    """Have versions of a text written for a draft. What was typed meanwhile is saved first, where it is sent along."""
    content = access.content(request.user, content_id)
    form = ComposerForm(request.POST, user=request.user)
    if not form.is_valid():
        return not_valid(request, form, content)
    if "body" in request.POST and not showing.by_script(request):
        try:
            content = saving.store(request, content, form)
        except history.Conflict as conflict:
            return saving.conflicting(request, form, conflict.current)
        except history.NeedsText:
            form.add_error("body", _("This post is scheduled or published: it needs its text."))
            return not_valid(request, form, content)
    return started(request, form, content)


def started(request: CreatorRequest, form: ComposerForm, content: Content) -> HttpResponse:
    brief = form.brief()
    outcome = asked(request, brief, content)
    if isinstance(outcome, Refusal):
        return not_taken(request, outcome, lambda **more: showing.show(request, form, content, **more))
    if showing.by_script(request):
        return results_of(request, access.generation(request.user, outcome.pk), status=201)
    return redirect(f"{showing.address(content)}{TEXT_SHOWN}")


def not_valid(request: CreatorRequest, form: ComposerForm, content: Content | None) -> HttpResponse:
    if showing.by_script(request):
        return told_wrong(form)
    return showing.show(request, form, content, status=422)


def told_wrong(form: ComposerForm | EditForm) -> JsonResponse:
    errors = {name: [str(error) for error in found] for name, found in form.errors.items()}
    return JsonResponse({"errors": errors}, status=422)


def not_taken(request: CreatorRequest, refusal: Refusal, whole: Callable[..., HttpResponse]) -> HttpResponse:
    if showing.by_script(request):
        return render(request, "content/_refusal.html", {"refusal": refusal}, status=refusal.status)
    return whole(refusal=refusal, status=refusal.status)


@creator_required
@require_POST
def edit(request: CreatorRequest, content_id: UUID) -> HttpResponse:
    """Have a text rewritten, or read for hashtags or first lines. The draft itself is not touched."""
    content = access.content(request.user, content_id)
    form = EditForm(request.POST, content=content)
    if not form.is_valid():
        if showing.by_script(request):
            return told_wrong(form)
        messages.error(request, next(str(error) for errors in form.errors.values() for error in errors))
        return redirect("content:compose", content.pk)
    outcome = asked(request, form.brief(), content)
    if isinstance(outcome, Refusal):
        page: Callable[..., HttpResponse] = lambda **more: showing.show(  # noqa: E731
            request, forms.composer(request.user, content), content, **more
        )
        return not_taken(request, outcome, page)
    if showing.by_script(request):
        return suggestion_of(request, access.generation(request.user, outcome.pk), status=201)
    return redirect(f"{showing.address(content)}#suggestion")


@creator_required
@require_POST
def variant_again(request: CreatorRequest, variant_id: UUID) -> HttpResponse:
    """Have one more version written of the same brief. Those that are there stay."""
    variant = access.variant(request.user, variant_id)
    row = variant.generation
    content = row.content
    if content is None or row.kind != Kind.TEXT:
        raise Http404
    outcome = asked(request, once_more(variant), content)
    if isinstance(outcome, Refusal):
        page: Callable[..., HttpResponse] = lambda **more: showing.show(  # noqa: E731
            request, forms.composer(request.user, content), content, **more
        )
        return not_taken(request, outcome, page)
    if showing.by_script(request):
        shown = access.generation(request.user, outcome.beside_id or outcome.pk)
        return results_of(request, shown, status=201)
    return redirect(f"{showing.address(content)}{TEXT_SHOWN}")


@creator_required
@require_GET
def generation(request: CreatorRequest, generation_id: UUID) -> HttpResponse:
    """Show the part of the page that tells of a generation: what a script puts in once something has ended."""
    row = access.generation(request.user, generation_id)
    if row.beside is not None:
        return render(request, "content/_one_more.html", showing.one_more(row))
    return results_of(request, row) if row.kind == Kind.TEXT else suggestion_of(request, row)


def results_of(request: CreatorRequest, row: Generation, *, status: int = 200) -> HttpResponse:
    return render(request, "content/_results.html", showing.results(row), status=status)


def suggestion_of(request: CreatorRequest, row: Generation, *, status: int = 200) -> HttpResponse:
    shown: dict[str, Any] = {"suggestion": showing.suggested(row)}
    return render(request, "content/_suggestion.html", shown, status=status)


@creator_required
@require_POST
@kept_open
def generation_stop(request: CreatorRequest, generation_id: UUID) -> HttpResponse:
    row = access.generation(request.user, generation_id)
    generations.stop(row, now=timezone.now())
    return redirect("content:compose", row.content_id or row.pk)


@creator_required
@require_POST
def variant_use(request: CreatorRequest, variant_id: UUID) -> HttpResponse:
    """Make a version, or a rewrite in the place of what it rewrites, the text of its draft."""
    variant = access.variant(request.user, variant_id)
    try:
        content = posts.use(variant, now=timezone.now())
    except posts.NothingToUse:
        messages.error(request, _("This version has no text. Choose another one, or write again."))
        return redirect("content:compose", variant.generation.content_id or variant.generation_id)
    if showing.by_script(request):
        return saving.as_json(content)
    messages.success(request, _("This version is your post now"))
    return redirect("content:compose", content.pk)
