"""When texts go out, and what becomes of them."""

from django.urls import path

from content.pages.calendar import feed, moving, overview, publications, scheduling, slots_and_queue

pages = [
    path("calendar", overview.calendar, name="calendar"),
    path("calendar/feed", feed.feed_page, name="feed"),
    path("calendar/queue", slots_and_queue.queue_page, name="queue"),
    path("calendar/queue/<uuid:content_id>/move", slots_and_queue.queue_move, name="queue-move"),
    path("calendar/slots", slots_and_queue.slot_add, name="slot-add"),
    path("calendar/slots/remove", slots_and_queue.slot_remove, name="slot-remove"),
    path("posts/<uuid:content_id>/schedule", scheduling.schedule, name="schedule"),
    path("calendar/undo/<str:token>", scheduling.schedule_undo, name="schedule-undo"),
    path("posts/<uuid:content_id>/plan", moving.plan_move, name="plan-move"),
    path("publications/<uuid:publication_id>", publications.publication, name="publication"),
    path("publications/<uuid:publication_id>/move", moving.publication_move, name="publication-move"),
    path("publications/<uuid:publication_id>/posted", publications.posted, name="publication-posted"),
    path("publications/<uuid:publication_id>/unposted", publications.unposted, name="publication-unposted"),
    path("publications/<uuid:publication_id>/snooze", publications.snooze, name="publication-snooze"),
    path("publications/<uuid:publication_id>/retry", publications.retry, name="publication-retry"),
    path("publications/<uuid:publication_id>/skip", publications.skip, name="publication-skip"),
    path("publications/<uuid:publication_id>/back", publications.back, name="publication-back"),
]

# A calendar program opens it without a session.
public = [path("calendar/<str:token>.ics", feed.calendar_feed, name="calendar-feed")]
