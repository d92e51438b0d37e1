"""Campaigns: the AI team's workflows, a brief for one, and a run from its first step to the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import staying
from accounts.access import CreatorRequest, creator_required
from accounts.read_only import kept_open
from ai_routing import event_stream, streams
from ai_routing.models import Proposal, Run
from ai_routing.team import access, agents, approval, briefs, decisions, presentation, runs, stages, watching, workflows
from ai_routing.team.decisions import ProposalCard
from ai_routing.team.failures import FAILURES
from ai_routing.team.workflow import Workflow
from billing import quota
from content import campaigns

READ_AND_SEND: Final = ["GET", "HEAD", "POST"]
REFUSED: Final = {
    "quota_exhausted": 402,
    "campaign_limit": 402,
    "read_only": 402,
    "plan_required": 403,
    "invalid_request": 400,
    "ai_unavailable": 503,
}


@creator_required
@require_GET
def campaign_list(request: CreatorRequest) -> HttpResponse:
    before = older_than(request.GET.get("before", ""))
    found = runs.newest(request.user, before=before, limit=runs.PAGE + 1)
    shown = found[: runs.PAGE]
    return render(
        request,
        "campaigns/list.html",
        {
            "workflows": workflows.WORKFLOWS.values(),
            "rows": campaigns.cards(shown),
            "older": shown[-1].pk if len(found) > runs.PAGE else None,
            "before": before,
        },
    )


def older_than(text: str) -> UUID | None:
    """Return the id to go on from; anything that is none shows the newest campaigns."""
    try:
        return UUID(text)
    except ValueError:
        return None


@creator_required
@require_GET
def campaign_choose(request: CreatorRequest) -> HttpResponse:
    return render(request, "campaigns/choose.html", {"workflows": workflows.WORKFLOWS.values()})


@creator_required
@require_http_methods(READ_AND_SEND)
def campaign_new(request: CreatorRequest, workflow: str) -> HttpResponse:
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
    except runs.CampaignLimit as error:
        return brief_page(request, chosen, form, refusal="campaign_limit", limit=error)
    except stages.REFUSALS as error:
        return brief_page(request, chosen, form, refusal=stages.code_of(error))
    return redirect("content:campaign", run.pk)


def brief_page(
    request: CreatorRequest,
    workflow: Workflow,
    form: briefs.BriefForm,
    *,
    refusal: str = "",
    limit: runs.CampaignLimit | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "workflow": workflow,
        "crew": [(stage, agents.AGENTS[stage.agent]) for stage in workflow.stages],
        "form": form,
        "refusal": FAILURES.get(refusal),
        "limit": limit,
        "quota": quota.status(request.user, now=timezone.now()) if refusal == "quota_exhausted" else None,
    }
    return render(request, "campaigns/brief.html", context, status=REFUSED.get(refusal, status))


@creator_required
@require_GET
def campaign(request: CreatorRequest, run_id: UUID) -> HttpResponse:
    run = access.run(request.user, run_id)
    return campaign_page(request, run, decisions.cards(run))


def campaign_page(
    request: CreatorRequest, run: Run, proposals: list[ProposalCard], *, status: int = 200
) -> HttpResponse:
    workflow = workflows.named(run.workflow)
    shown = presentation.stages(run, workflow)
    kept = campaigns.contents(run)
    context = {
        "run": run,
        "workflow": workflow,
        "stages": shown,
        "report": presentation.report(run, workflow, shown),
        "proposals": [(card, kept.get(card.proposal.result)) for card in proposals],
        "waiting": [card for card in proposals if card.proposal.state == Proposal.State.PROPOSED],
        "timeline": campaigns.timeline(run, workflow, kept),
        "outcome": campaigns.outcome(run, kept),
        "brief": presentation.brief(run, workflow),
        "figures": presentation.figures(run),
        "failure": FAILURES.get(run.error_code),
    }
    return render(request, "campaigns/campaign.html", context, status=status)


@creator_required
@require_GET
def campaign_events(request: CreatorRequest, run_id: UUID) -> HttpResponse:
    run = access.run(request.user, run_id)
    try:
        after = event_stream.position(request.headers.get("Last-Event-ID", ""))
    except streams.InvalidEventId as error:
        return HttpResponseBadRequest(str(error), content_type="text/plain")
    # The guard's type knows no streams; all that it needs of an answer, they have.
    events = event_stream.response(watching.frames(run.pk, after=after), stays_in=staying.of(request))
    return cast(HttpResponse, events)


@creator_required
@require_POST
@kept_open
def campaign_cancel(request: CreatorRequest, run_id: UUID) -> HttpResponse:
    runs.cancel(access.run(request.user, run_id).pk, now=timezone.now())
    return redirect("content:campaign", run_id)


@creator_required
@require_POST
def campaign_decide(request: CreatorRequest, run_id: UUID) -> HttpResponse:
    run = access.run(request.user, run_id)
    cards = decisions.cards(run, request.POST)
    told, sound = decisions.read(cards, request.POST)
    if not sound:
        return campaign_page(request, run, cards, status=422)
    decided = approval.decide(run.pk, told, now=timezone.now())
    if said := said_of(decided, has_changes=bool(told)):
        messages.success(request, said)
    return redirect("content:campaign", run.pk)


def said_of(decided: Sequence[Proposal], *, has_changes: bool) -> str:
    """Return what the button did, in words."""
    approved = [proposal for proposal in decided if proposal.state == Proposal.State.APPROVED]
    if not decided:
        return _("Your changes are kept") if has_changes else ""
    if not approved:
        return _("Left out")
    planned = [proposal for proposal in approved if proposal.effect == "plan_post"]
    going = sum(not proposal.payload["held_back"] for proposal in planned)
    if planned and going == len(planned):
        return ngettext("%(number)s post is on your calendar", "%(number)s posts are on your calendar", going) % {
            "number": going
        }
    if planned:
        return _("%(going)s of %(number)s posts are on your calendar; the others wait as drafts") % {
            "going": going,
            "number": len(planned),
        }
    kept = ngettext("%(number)s text is in your posts now", "%(number)s texts are in your posts now", len(approved))
    return kept % {"number": len(approved)}
