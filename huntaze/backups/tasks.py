from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from huntaze.backups import drilling, making, standing
from huntaze.backups.faults import Fault
from huntaze.backups.lease import UnderWay
from huntaze.backups.models import Run


@shared_task
def back_up_when_due() -> None:
    now = timezone.now()
    if not standing.is_due(Run.Kind.BACKUP, now=now):
        return
    try:
        making.make(now=now)
    except UnderWay:
        return
    except Fault as fault:
        standing.complain(Run.Kind.BACKUP, fault)


@shared_task
def drill_when_due() -> None:
    now = timezone.now()
    if not standing.is_due(Run.Kind.DRILL, now=now):
        return
    try:
        drilling.drill("", now=now)
    except UnderWay:
        return
    except Fault as fault:
        standing.complain(Run.Kind.DRILL, fault)


@shared_task
def tell_how_backups_stand() -> None:
    standing.tell(now=timezone.now())
