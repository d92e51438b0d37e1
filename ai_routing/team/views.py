"""The pages of the AI team: its workflows, a brief for one, and a run from its first step to the creator's yes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import CreatorRequest, creator_required
from ai_routing import event_stream, streams
from ai_routing.models import Run
from ai_routing.team import access, agents, approval, briefs, decisions, presentation, runs, stages, watching, workflows
from ai_routing.team.decisions import ProposalCard
from ai_routing.team.failures import FAILURES
from ai_routing.team.workflow import Workflow
from billing import quota

READ_AND_SEND = ["GET", "HEAD", "POST"]
REFUSED = {"quota_exhausted": 402, "plan_required": 403, "invalid_request": 400, "ai_unavailable": 503}


@dataclass(frozen=True, slots=True)
class RunRow:
    run: Run
    workflow: Workflow
    credits: int


@creator_required
@require_GET
def run_list(request: CreatorRequest) -> HttpResponse:
    before = older_than(request.GET.get("before", ""))
    found = runs.newest(request.user, before=before, limit=runs.PAGE + 1)
    shown = found[: runs.PAGE]
    return render(
        request,
        "team/run_list.html",
        {
            "workflows": workflows.WORKFLOWS.values(),
            "agents": agents.AGENTS.values(),
            "rows": [RunRow(run, workflows.named(run.workflow), credits) for run, credits in shown],
            "older": shown[-1][0].pk if len(found) > runs.PAGE else None,
            "before": before,
        },
    )


def older_than(text: str) -> UUID | None:
    """Return the id to go on from; anything that is none shows the newest runs."""
    try:
        return UUID(text)
    except ValueError:
        return None


@creator_required
@require_http_methods(READ_AND_SEND)
def run_create(request: CreatorRequest, workflow: str) -> HttpResponse:
    try:
        chosen = workflows.named(workflow)
    except workflows.UnknownWorkflow as error:
        raise Http404(str(error)) from error
    now = timezone.now()
    today = briefs.today_of(request.user, now=now)
    if request.method != "POST":
        beginning = briefs.beginning(chosen, request.user, today=today)
        return brief_page(request, chosen, briefs.BriefForm(chosen, initial=beginning, today=today))
    form = briefs.BriefForm(chosen, request.POST, today=today)
    if not form.is_valid():
        return brief_page(request, chosen, form, status=422)
    try:
        run = runs.start(
            request.user, chosen, form.brief(), budget_credits=form.cleaned_data["budget_credits"], now=now
        )
    except stages.BudgetTooSmall as error:
        needed = ngettext(
            "The first step can take %(needed)s credit.", "The first step can take %(needed)s credits.", error.needed
        )
        form.add_error("budget_credits", needed % {"needed": error.needed})
        return brief_page(request, chosen, form, status=422)
    except stages.REFUSALS as error:
        return brief_page(request, chosen, form, refusal=stages.code_of(error))
    return redirect("team:run-detail", run.pk)


def brief_page(
    request: CreatorRequest, workflow: Workflow, form: briefs.BriefForm, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "workflow": workflow,
        "crew": [(stage, agents.AGENTS[stage.agent]) for stage in workflow.stages],
        "form": form,
        "refusal": FAILURES.get(refusal),
        "quota": quota.status(request.user, now=timezone.now()) if refusal == "quota_exhausted" else None,
    }
    return render(request, "team/run_create.html", context, status=REFUSED.get(refusal, status))


@creator_required
@require_GET
def run_detail(request: CreatorRequest, run_id: UUID) -> HttpResponse:
    run = access.run(request.user, run_id)
    return run_page(request, run, decisions.cards(run))


def run_page(request: CreatorRequest, run: Run, proposals: list[ProposalCard], *, status: int = 200) -> HttpResponse:
    workflow = workflows.named(run.workflow)
    shown = presentation.stages(run, workflow)
    context = {
        "run": run,
        "workflow": workflow,
        "stages": shown,
        "report": presentation.report(run, workflow, shown),
        "proposals": proposals,
        "waiting": [card for card in proposals if card.proposal.state == "proposed"],
        "brief": presentation.brief(run, workflow),
        "figures": presentation.figures(run),
        "failure": FAILURES.get(run.error_code),
    }
    return render(request, "team/run_detail.html", context, status=status)


@creator_required
@require_GET
def run_events(request: CreatorRequest, run_id: UUID) -> HttpResponse:
    run = access.run(request.user, run_id)
    try:
        after = event_stream.position(request.headers.get("Last-Event-ID", ""))
    except streams.InvalidEventId as error:
        return HttpResponseBadRequest(str(error), content_type="text/plain")
    # The guard's type knows no streams; all that it needs of an answer, they have.
    return cast(HttpResponse, event_stream.response(watching.frames(run.pk, after=after)))


@creator_required
@require_POST
def run_cancel(request: CreatorRequest, run_id: UUID) -> HttpResponse:
    runs.cancel(access.run(request.user, run_id).pk, now=timezone.now())
    return redirect("team:run-detail", run_id)


@creator_required
@require_POST
def run_decide(request: CreatorRequest, run_id: UUID) -> HttpResponse:
    run = access.run(request.user, run_id)
    cards = decisions.cards(run, request.POST)
    told, sound = decisions.read(cards, request.POST)
    if not sound:
        return run_page(request, run, cards, status=422)
    decided = approval.decide(run.pk, told, now=timezone.now())
    approved = sum(proposal.state == "approved" for proposal in decided)
    if approved:
        kept = ngettext("%(number)s text is in your posts now", "%(number)s texts are in your posts now", approved)
        messages.success(request, kept % {"number": approved})
    elif decided:
        messages.success(request, _("Left out"))
    elif told:
        messages.success(request, _("Your changes are kept"))
    return redirect("team:run-detail", run.pk)
