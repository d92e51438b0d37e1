"""Entry points of the workers. They take ids: the row is the truth, the message only a nudge."""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterable
from uuid import UUID

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from ai_routing import nudges
from content import sweep, trash, writer
from content.media import preparing, receiving
from content.media import sweep as media_sweep
from content.moderation import telling, working
from content.publishing import due, mails, worker
from content.voices import keeping, reading
from content.weekly import working as summing

logger = logging.getLogger(__name__)


@shared_task
def write_variant(*, variant_id: str, **_later: object) -> None:
    """Write one variant, unless another worker has it or it has ended. `_later` are arguments of newer senders."""
    writer.write(UUID(variant_id))


@shared_task
def sweep_stuck_variants() -> None:
    again = sweep.stuck(now=timezone.now())
    for variant_id in again:
        logger.warning("Variant %s was stuck and is handed out again", variant_id)
    hand_out(again)


@shared_task
def forget_idempotency_keys() -> None:
    sweep.forget_keys(now=timezone.now())


@shared_task
def publish(*, publication_id: str, **_later: object) -> None:
    """Publish one post on one channel, unless it is not due, or another worker has it."""
    worker.publish(UUID(publication_id))


@shared_task
def hand_out_due() -> None:
    """Take back what dead workers left, and hand out what is due. What nobody takes is handed out again, harmlessly."""
    now = timezone.now()
    due.recover(now=now)
    for publication_id in due.waiting(now=now):
        # The next round hands it out anew.
        publish.apply_async(kwargs={"publication_id": str(publication_id)}, expires=60)


@shared_task
def mail_reminders() -> None:
    mails.send_pending(now=timezone.now())


def publish_soon(publication_ids: Iterable[UUID]) -> None:
    """Nudge the workers once the caller's transaction is committed, for what need not wait for the next round."""
    for publication_id in publication_ids:
        transaction.on_commit(
            functools.partial(publish.apply_async, kwargs={"publication_id": str(publication_id)}, expires=60),
            robust=True,
        )


@shared_task
def read_samples(*, reading_id: str, **_later: object) -> None:
    """Read a voice's samples, unless another worker does or it has ended. `_later` are arguments of newer senders."""
    reading.work(UUID(reading_id))


@shared_task
def sweep_stuck_readings() -> None:
    again = reading.stuck(now=timezone.now())
    for reading_id in again:
        logger.warning("Reading %s was stuck and is handed out again", reading_id)
    nudges.send(read_samples, "reading_id", again, queue="ai_interactive")


@shared_task
def sum_up(*, summary_id: str, **_later: object) -> None:
    """Sum up a week, unless another worker does or it has ended. `_later` are arguments of newer senders."""
    summing.work(UUID(summary_id))


@shared_task
def sweep_stuck_summaries() -> None:
    again = summing.stuck(now=timezone.now())
    for summary_id in again:
        logger.warning("Summary %s was stuck and is handed out again", summary_id)
    nudges.send(sum_up, "summary_id", again, queue="ai_interactive")


@shared_task
def judge_text(*, judgement_id: str, **_later: object) -> None:
    """Have a model judge a text, unless another worker does or it has ended. `_later` are arguments of newer senders."""
    working.work(UUID(judgement_id))


@shared_task
def sweep_stuck_judgements() -> None:
    """Hand out the judgements that wait: nobody else does."""
    nudges.send(judge_text, "judgement_id", working.stuck(now=timezone.now()), queue="ai_bulk")


@shared_task
def mail_review_decisions() -> None:
    telling.mail_decisions(now=timezone.now())


@shared_task
def empty_bin_of_voices() -> None:
    keeping.empty_bin(now=timezone.now())


@shared_task
def prepare_asset(*, asset_id: str, **_later: object) -> None:
    """Prepare one media file, unless another worker has it or it is ready."""
    preparing.prepare(UUID(asset_id))


@shared_task
def sweep_stuck_assets() -> None:
    for asset_id in media_sweep.stuck(now=timezone.now()):
        logger.warning("Media file %s was stuck and is handed out again", asset_id)
        prepare_asset.apply_async(kwargs={"asset_id": str(asset_id)})


@shared_task
def purge_media() -> None:
    """Give up uploads that nobody went on with for a day, and delete what has been in the bin for 30 days."""
    now = timezone.now()
    receiving.expired(now=now)
    media_sweep.empty_bins(now=now)


@shared_task
def empty_bin_of_posts() -> None:
    """Delete posts that have been in the bin for 30 days."""
    trash.empty_bins(now=timezone.now())


def hand_out(variant_ids: Iterable[UUID], *, queue: str = "ai_interactive") -> None:
    """Tell the workers of variants that wait. When they cannot be told now, the sweep tells them within seconds."""
    nudges.send(write_variant, "variant_id", variant_ids, queue=queue)
