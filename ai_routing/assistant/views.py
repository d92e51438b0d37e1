"""The pages of the assistant: conversations, and the one that is open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import CreatorRequest, creator_required
from accounts.read_only import kept_open
from ai_routing.assistant import (
    access,
    asking,
    citations,
    conversations,
    failures,
    figures,
    representation,
    suggestions,
)
from ai_routing.assistant.failures import Failure
from ai_routing.assistant.figures import Figures
from ai_routing.assistant.forms import QuestionForm, TitleForm
from ai_routing.models import Conversation, Turn
from ai_routing.routing import NoDeployment
from billing import budgets, quota
from billing.models import Budget

READ_AND_SEND = ["GET", "HEAD", "POST"]
HIGHEST_INDEX: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of an answer: text, or the number of a source with its title and, when a page shows it, its address."""

    text: str
    number: int = 0
    title: str = ""
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A question and its answer as the page shows them."""

    turn: Turn
    pieces: list[Piece]
    sources: list[dict[str, Any]]
    figures: Figures
    failure: Failure | None
    offer: str
    """The question in gentler words, after a content filter refused it; empty when there are none."""
    is_last: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a question was not taken: the code that the API has for it, with the error that tells the figures."""

    status: int
    code: str
    exhausted: quota.QuotaExhausted | None = None
    budget: budgets.BudgetExhausted | None = None


@creator_required
@require_http_methods(READ_AND_SEND)
def index(request: CreatorRequest) -> HttpResponse:
    if request.method != "POST":
        return overview(request, QuestionForm())
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return overview(request, form, status=422)
    asked = attempt(lambda: asking.ask(request.user, None, form.cleaned_data["question"], now=timezone.now()))
    return overview(request, form, refusal=asked) if isinstance(asked, Refusal) else to(asked)


def overview(
    request: CreatorRequest, form: QuestionForm, *, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    before = uuid_of(request.GET.get("before", ""))
    rows = conversations.newest(request.user, before=before, limit=conversations.PAGE + 1)
    shown = rows[: conversations.PAGE]
    return render(
        request,
        "assistant/index.html",
        {
            "form": form,
            "refusal": refusal,
            "conversations": shown,
            "older": shown[-1].conversation.pk if len(rows) > len(shown) else None,
            "before": before,
            "suggestions": [] if before else suggestions.first_questions(request.user, now=timezone.now()),
        },
        status=refusal.status if refusal else status,
    )


@creator_required
@require_http_methods(READ_AND_SEND)
def conversation(request: CreatorRequest, conversation_id: UUID) -> HttpResponse:
    row = access.conversation(request.user, conversation_id)
    if request.method != "POST":
        return talk(request, row, QuestionForm())
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return talk(request, row, form, status=422)
    asked = attempt(lambda: asking.ask(request.user, row, form.cleaned_data["question"], now=timezone.now()))
    return talk(request, row, form, refusal=asked) if isinstance(asked, Refusal) else to(asked)


def talk(
    request: CreatorRequest,
    row: Conversation,
    form: QuestionForm,
    *,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    before = index_of(request.GET.get("before", ""))
    found = conversations.turns(row, before=before, limit=conversations.TURNS + 1)
    shown = found[-conversations.TURNS :]
    newest = shown[-1] if shown and before is None else None
    return render(
        request,
        "assistant/conversation.html",
        {
            "conversation": row,
            "form": form,
            "title_form": TitleForm(initial={"title": row.title}),
            "refusal": refusal,
            "cards": [card(turn, is_last=turn is newest) for turn in shown],
            "newest": newest,
            "under_way": newest if newest and not newest.ended else None,
            "earlier": shown[0].index if len(found) > len(shown) else None,
            "before": before,
        },
        status=refusal.status if refusal else status,
    )


def card(turn: Turn, *, is_last: bool) -> Card:
    sources = representation.sources(turn)
    cited = {source["ref"]: source for source in sources}
    pieces = [
        Piece("", part.number, cited[part.ref]["title"], cited[part.ref]["url"]) if part.ref else Piece(part.text)
        for part in citations.parts(turn.answer, turn.sources)
    ]
    return Card(
        turn=turn,
        pieces=pieces,
        sources=sources,
        figures=figures.of(turn),
        failure=failures.FAILURES.get(turn.error_code),
        offer=offer.text if is_last and (offer := failures.gentler(turn)) else "",
        is_last=is_last,
    )


@creator_required
@require_POST
def again(request: CreatorRequest, conversation_id: UUID) -> HttpResponse:
    row = access.conversation(request.user, conversation_id)
    try:
        asked = attempt(lambda: asking.again(row, now=timezone.now()))
    except asking.NothingAsked:
        return redirect("assistant:conversation", row.pk)
    return talk(request, row, QuestionForm(), refusal=asked) if isinstance(asked, Refusal) else to(asked)


@creator_required
@require_POST
@kept_open
def stop(request: CreatorRequest, turn_id: UUID) -> HttpResponse:
    turn = access.turn(request.user, turn_id)
    asking.stop(turn, now=timezone.now())
    return to(turn)


@creator_required
@require_POST
def rename(request: CreatorRequest, conversation_id: UUID) -> HttpResponse:
    row = access.conversation(request.user, conversation_id)
    form = TitleForm(request.POST)
    if form.is_valid():
        conversations.rename(row, title=form.cleaned_data["title"])
        messages.success(request, _("Renamed"))
    else:
        messages.error(request, _("A conversation needs a name of at most 160 characters."))
    return redirect("assistant:conversation", row.pk)


@creator_required
@require_http_methods(READ_AND_SEND)
def delete(request: CreatorRequest, conversation_id: UUID) -> HttpResponse:
    row = access.conversation(request.user, conversation_id)
    if request.method != "POST":
        return render(request, "assistant/delete.html", {"conversation": row, "questions": row.turns.count()})
    conversations.delete(row, now=timezone.now())
    messages.success(request, _("Conversation deleted"))
    return redirect("assistant:index")


def attempt(ask: Callable[[], Turn]) -> Turn | Refusal:
    """Return the turn that `ask` starts, or why it was refused."""
    try:
        return ask()
    except asking.AnswerUnderWay:
        return Refusal(409, "answer_under_way")
    except quota.QuotaExhausted as error:
        return Refusal(402, "quota_exhausted", exhausted=error)
    except budgets.BudgetExhausted as error:
        is_own = error.scope == Budget.Scope.USER
        return Refusal(402, "budget_exhausted", budget=error) if is_own else Refusal(503, "paused")
    except quota.PlanRequired:
        return Refusal(403, "plan_required")
    except NoDeployment:
        return Refusal(503, "ai_unavailable")


def to(turn: Turn) -> HttpResponse:
    """Go to where the turn stands on the page of its conversation."""
    return redirect(f"{reverse('assistant:conversation', args=[turn.conversation_id])}#turn-{turn.index}")


def uuid_of(text: str) -> UUID | None:
    """Return the id to go on from; anything that is none shows the newest conversations."""
    try:
        return UUID(text)
    except ValueError:
        return None


def index_of(text: str) -> int | None:
    """Return the number of a turn to go back from; anything that is none shows the newest turns."""
    return min(int(text), HIGHEST_INDEX) if text.isascii() and text.isdigit() else None
