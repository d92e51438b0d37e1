"""The approval screen: every proposal as a form, and what the creator's button says about each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import QueryDict

from ai_routing.models import Proposal, Run
from ai_routing.team import effects, inputs, presentation
from ai_routing.team.approval import Decision
from ai_routing.team.effects import Effect, ProposalForm
from ai_routing.team.presentation import Source

ALL = "all"
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class ProposalCard:
    """A proposal as the screen shows it. `url` is the page of the row that was made of it."""

    proposal: Proposal
    effect: Effect
    form: ProposalForm
    sources: list[Source]
    url: str


def cards(run: Run, data: QueryDict | None = None) -> list[ProposalCard]:
    """Return the proposals of a run that comes with them and its steps. With `data`, the forms are those that were sent."""
    rows = inputs.pieces(list(run.steps.all()))
    return [card(proposal, rows, data) for proposal in run.proposals.all()]


def card(proposal: Proposal, rows: dict[str, inputs.Piece], data: QueryDict | None) -> ProposalCard:
    effect = effects.named(proposal.effect)
    prefix = str(proposal.pk)
    # A tab that was opened before a proposal was decided, or a script, may send a part of the forms only.
    sent = data if data is not None and f"{prefix}-text" in data else None
    return ProposalCard(
        proposal=proposal,
        effect=effect,
        form=effect.form(sent, prefix=prefix, initial=effect.form.opened(proposal.payload)),
        sources=presentation.sources(proposal.payload["sources"], rows),
        url=presentation.address(proposal.result),
    )


def read(shown: Sequence[ProposalCard], data: QueryDict) -> tuple[dict[UUID, Decision], bool]:
    """Return the creator's word on each proposal, and whether all that they approve can be carried out.

    What they changed in the others is kept, so that deciding one does not lose it.
    """
    decisions: dict[UUID, Decision] = {}
    sound = True
    for each in shown:
        if each.proposal.state != Proposal.State.PROPOSED:
            continue
        approved = word_on(each.proposal, data)
        valid = each.form.is_valid() if each.form.is_bound else True
        if approved and not valid:
            sound = False
        payload = each.form.payload() if valid and each.form.is_bound else None
        if approved is not None or payload is not None:
            reason = " ".join(data.get(f"{each.proposal.pk}-reason", "").split())[:LONGEST_REASON]
            decisions[each.proposal.pk] = Decision(approved, payload, reason)
    return decisions, sound


def word_on(proposal: Proposal, data: QueryDict) -> bool | None:
    names = {ALL, str(proposal.pk)}
    if data.get("approve") in names:
        return True
    if data.get("reject") in names:
        return False
    return None
