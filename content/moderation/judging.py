"""Judge a content by the rules, and tell whether it may be published. One review for each text that it has had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from ai_routing.draft_checks import forbidden
from analytics import events
from content import voices
from content.models import Content, Review, Voice
from content.moderation import explaining, rules, texts
from content.moderation.explaining import Told
from content.moderation.texts import Said

RULES = "rules"

Finding = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a content may be published as it stands.

    What is `blocked` may not, whoever asks. With `must_acknowledge` its creator has warnings to read first; they do not
    hold back what is scheduled already.
    """

    blocked: bool
    must_acknowledge: bool
    findings: list[Told] = field(default_factory=list)
    review: Review | None = None

    @property
    def allowed(self) -> bool:
        return not (self.blocked or self.must_acknowledge)


def judge(content: Content, *, now: datetime) -> Review:
    """Return the review of what the content says now; the rules are asked, no model is.

    The same text keeps its review, with what a model found and what was decided; newer rules may find more in it.
    """
    said = texts.of(content)
    found = by_rules(content, said)
    with transaction.atomic():
        review, is_new = Review.objects.select_for_update(of=("self",)).get_or_create(
            content=content,
            text_sha256=texts.digest(said),
            defaults={
                "user_id": content.user_id,
                "text": texts.whole(said),
                "channels": sorted({channel for one in said for channel in one.channels}),
                "verdict": verdict_of(found),
                "findings": found,
                "created_at": now,
            },
        )
        if is_new:
            record(review, by=RULES, now=now)
        else:
            update(review, [*found, *(one for one in review.findings if one["by"] != RULES)], by=RULES, now=now)
    return review


def by_rules(content: Content, said: Sequence[Said]) -> list[Finding]:
    """Return what the rules find, and what the voice of the post never says."""
    found = {
        (one.rule, one.excerpt): {"rule": one.rule, "severity": one.severity, "excerpt": one.excerpt, "by": RULES}
        for text in said
        for one in rules.find(text.text, text.channels)
    }
    for word in never_said(content.voice, said):
        found["never_say", word] = {"rule": "never_say", "severity": rules.WARN, "excerpt": word, "by": RULES}
    return list(found.values())


def never_said(voice: Voice | None, said: Sequence[Said]) -> list[str]:
    if voice is None:
        return []
    whole = "\n".join(one.text for one in said)
    return [word for word in voices.never_say(voice) if forbidden.says(whole, (word,))]


def verdict_of(findings: Sequence[Finding]) -> Review.Verdict:
    if any(one["severity"] == rules.BLOCK for one in findings):
        return Review.Verdict.BLOCKED
    return Review.Verdict.WARNED if findings else Review.Verdict.CLEAR


def update(review: Review, findings: list[Finding], *, by: str, now: datetime) -> None:
    """Give a locked review its findings; warnings that are new are to be read before they count as read."""
    if findings == review.findings:
        return
    known = [(one["rule"], one["excerpt"]) for one in review.findings]
    if any((one["rule"], one["excerpt"]) not in known for one in findings):
        review.acknowledged_at = None
    review.findings = findings
    review.verdict = verdict_of(findings)
    review.save(update_fields=["findings", "verdict", "acknowledged_at"])
    record(review, by=by, now=now)


def of(content: Content) -> Review | None:
    """Return the review of what the content says now, if there is one."""
    return Review.objects.filter(content=content, text_sha256=texts.digest(texts.of(content))).first()


def may_publish(content: Content) -> Verdict:
    """Tell whether the content may be published as it stands; one that was never judged is looked at by the rules."""
    said = texts.of(content)
    review = Review.objects.filter(content=content, text_sha256=texts.digest(said)).first()
    found = by_rules(content, said)
    if review is not None:
        found += [one for one in review.findings if one["by"] != RULES]
    verdict = verdict_of(found)
    if review is not None and review.decision == Review.Decision.OVERTURNED:
        # An operator has read this very text.
        return Verdict(blocked=False, must_acknowledge=False, findings=explaining.told(found), review=review)
    known = review.findings if review is not None and review.acknowledged_at is not None else []
    is_read = all(one in known for one in found)
    return Verdict(
        blocked=verdict == Review.Verdict.BLOCKED,
        must_acknowledge=verdict == Review.Verdict.WARNED and not is_read,
        findings=explaining.told(found),
        review=review,
    )


def look(content: Content) -> list[Told]:
    """Return what the rules find in the content as it stands, and store nothing: for a page that shows it while it is
    being written."""
    return explaining.told(by_rules(content, texts.of(content)))


def acknowledge(content: Content, *, now: datetime) -> Review:
    """Note that the creator has read the warnings about what the content says now, and goes on.

    A hard block stays one.
    """
    review = judge(content, now=now)
    if review.findings and review.acknowledged_at is None:
        with transaction.atomic():
            review.acknowledged_at = now
            review.save(update_fields=["acknowledged_at"])
            events.record(
                "review.acknowledged",
                user_id=review.user_id,
                data={"review_id": str(review.pk), "content_id": str(review.content_id)},
                now=now,
            )
    return review


def record(review: Review, *, by: str, now: datetime) -> None:
    events.record(
        "review.judged",
        user_id=review.user_id,
        data={
            "review_id": str(review.pk),
            "content_id": str(review.content_id),
            "verdict": str(review.verdict),
            "by": by,
            "rules": sorted({one["rule"] for one in review.findings}),
        },
        now=now,
    )
