"""The Celery application: queues and the whole beat schedule in one place."""

import os
import time
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import before_task_publish
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huntaze.settings")

app = Celery("huntaze")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_queues = [
    Queue("ai_interactive"),  # a person waits for the answer
    Queue("publishing"),  # posts whose minute has come; has a worker of its own, so that nothing slow is before it
    Queue("ai_bulk"),  # nobody waits: campaigns, imports
    Queue("media"),  # images and videos: a core for each
    Queue("payments"),  # what the payment provider tells, which may be a flood, and each waits for it
    Queue("backups"),  # takes as long as the database is large, and holds one of its moments meanwhile
    Queue("rollups"),  # sweeps, rollups, partitions
]
# Every other task is housekeeping and goes to CELERY_TASK_DEFAULT_QUEUE, `rollups`.
app.conf.task_routes = {
    "accounts.tasks.deliver": {"queue": "ai_interactive"},
    "content.tasks.write_variant": {"queue": "ai_interactive"},
    "content.tasks.read_samples": {"queue": "ai_interactive"},
    "content.tasks.judge_text": {"queue": "ai_bulk"},
    "ai_routing.assistant.tasks.answer_turn": {"queue": "ai_interactive"},
    "ai_routing.team.tasks.run_step": {"queue": "ai_bulk"},
    "content.tasks.hand_out_due": {"queue": "publishing"},
    "content.tasks.publish": {"queue": "publishing"},
    "content.tasks.mail_reminders": {"queue": "publishing"},
    "content.tasks.prepare_asset": {"queue": "media"},
    "billing.tasks.process_webhook": {"queue": "payments"},
    "huntaze.backups.tasks.back_up_when_due": {"queue": "backups"},
    "huntaze.backups.tasks.drill_when_due": {"queue": "backups"},
    "huntaze.edge.tasks.purge_changed_pages": {"queue": "publishing"},
}
app.conf.beat_schedule = {
    "sweep-stuck-variants": {
        "task": "content.tasks.sweep_stuck_variants",
        "schedule": 10.0,
        # A sweep that waited longer has been overtaken by the next one.
        "options": {"expires": 10},
    },
    "sweep-stuck-readings": {
        "task": "content.tasks.sweep_stuck_readings",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "sweep-stuck-summaries": {
        "task": "content.tasks.sweep_stuck_summaries",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "sweep-stuck-judgements": {
        "task": "content.tasks.sweep_stuck_judgements",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "mail-review-decisions": {
        "task": "content.tasks.mail_review_decisions",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "empty-bin-of-voices": {
        "task": "content.tasks.empty_bin_of_voices",
        "schedule": 3600.0,
    },
    "sweep-stuck-turns": {
        "task": "ai_routing.assistant.tasks.sweep_stuck_turns",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "sweep-stuck-steps": {
        "task": "ai_routing.team.tasks.sweep_stuck_steps",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "hand-out-due": {
        "task": "content.tasks.hand_out_due",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "purge-changed-pages": {
        "task": "huntaze.edge.tasks.purge_changed_pages",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "mail-reminders": {
        "task": "content.tasks.mail_reminders",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "watch-budgets": {
        "task": "billing.tasks.watch_budgets",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "purge-expired-answers-and-prompts": {
        "task": "ai_routing.tasks.purge_expired",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "release-expired-reservations": {
        "task": "billing.tasks.release_expired_reservations",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "write-letters": {
        "task": "billing.tasks.write_letters",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "sweep-webhooks": {
        "task": "billing.tasks.sweep_webhooks",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "end-grace": {
        "task": "billing.tasks.end_grace",
        "schedule": 3600.0,
    },
    "end-comps": {
        "task": "billing.tasks.end_comps",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "reconcile-subscriptions": {
        "task": "billing.tasks.reconcile_subscriptions",
        "schedule": crontab(hour=2, minute=40),
    },
    "sweep-stuck-assets": {
        "task": "content.tasks.sweep_stuck_assets",
        "schedule": 20.0,
        "options": {"expires": 20},
    },
    "purge-media": {
        "task": "content.tasks.purge_media",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "empty-bin-of-posts": {
        "task": "content.tasks.empty_bin_of_posts",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "forget-idempotency-keys": {
        "task": "content.tasks.forget_idempotency_keys",
        "schedule": 3600.0,
    },
    "ingest-visits": {
        "task": "analytics.tasks.ingest_visits",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "ensure-event-partitions": {
        "task": "analytics.tasks.ensure_event_partitions",
        "schedule": 6 * 3600.0,
    },
    "roll-up-events": {
        "task": "analytics.tasks.roll_up",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "clean-figures": {
        "task": "analytics.tasks.clean_figures",
        "schedule": 3600.0,
    },
    "purge-sign-in-links": {
        "task": "accounts.tasks.purge_sign_in_links",
        "schedule": 3600.0,
    },
    "sweep-exports": {
        "task": "accounts.tasks.sweep_exports",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "sweep-erasures": {
        "task": "accounts.tasks.sweep_erasures",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "apply-retention": {
        "task": "accounts.tasks.apply_retention",
        "schedule": crontab(hour=3, minute=20),
    },
    "look": {
        "task": "huntaze.observability.tasks.look",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "forget-measurements": {
        "task": "huntaze.observability.tasks.forget_measurements",
        "schedule": 6 * 3600.0,
    },
    "measure-queues": {
        "task": "huntaze.tasks.measure_queues",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "back-up-when-due": {
        "task": "huntaze.backups.tasks.back_up_when_due",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "drill-when-due": {
        "task": "huntaze.backups.tasks.drill_when_due",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "tell-how-backups-stand": {
        "task": "huntaze.backups.tasks.tell_how_backups_stand",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
}
app.autodiscover_tasks()
app.autodiscover_tasks(["ai_routing.assistant", "ai_routing.team", "huntaze.edge", "huntaze.observability"])


@before_task_publish.connect
def note_when_it_was_sent(headers: dict[str, Any], **_rest: Any) -> None:
    """Let `queue_ages` see how long a message has waited: Celery's own say nothing of it."""
    headers["sent_at"] = time.time()
