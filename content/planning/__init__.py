"""Planning: when a post goes out on which channel, by a day and time or by the queue."""

from content.planning.crowding import conflicts
from content.planning.plans import in_reach, meant_for
from content.planning.queue import enqueue, next_free
from content.planning.readiness import Fault, NotReady, faults
from content.planning.scheduling import (
    FURTHEST,
    AlreadyOut,
    OutOfReach,
    reschedule,
    schedule,
    unschedule,
)
from content.planning.slots import TooManySlots
from content.planning.undoing import restore
from content.planning.wall_clock import Moment, good_hour, moment, zone_of

__all__ = [
    "FURTHEST",
    "AlreadyOut",
    "Fault",
    "Moment",
    "NotReady",
    "OutOfReach",
    "TooManySlots",
    "conflicts",
    "enqueue",
    "faults",
    "good_hour",
    "in_reach",
    "meant_for",
    "moment",
    "next_free",
    "reschedule",
    "restore",
    "schedule",
    "unschedule",
    "zone_of",
]
