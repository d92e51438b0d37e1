"""A creator's public page, and what they see of their fans and earnings. Included at the root."""

from __future__ import annotations

from django.urls import include, path

from fans.pages import earnings, follow, people, public, statements

public_pages = [
    path("@<str:handle>", public.creator, name="creator"),
    path("@<str:handle>/follow", follow.follow, name="follow"),
    path("@<str:handle>/unfollow", follow.unfollow, name="unfollow"),
]
of_earnings = [
    path("app/fans/earnings", earnings.earning_list, name="earning-list"),
    path("app/fans/earnings/new", earnings.earning_new, name="earning-new"),
    path("app/fans/earnings/export", earnings.export, name="earning-export"),
    path("app/fans/earnings/import", statements.statement_new, name="statement-new"),
    path("app/fans/earnings/import/<uuid:statement_id>", statements.statement, name="statement"),
    path("app/fans/earnings/import/<uuid:statement_id>/take-in", statements.take_in, name="statement-take-in"),
    path("app/fans/earnings/import/<uuid:statement_id>/take-back", statements.take_back, name="statement-take-back"),
    path("app/fans/earnings/import/<uuid:statement_id>/wrong", statements.wrong_rows, name="statement-wrong"),
    path("app/fans/earnings/<uuid:earning_id>/refund", earnings.earning_refund, name="earning-refund"),
    path("app/fans/earnings/<uuid:earning_id>/remove", earnings.earning_remove, name="earning-remove"),
]
of_fans = [
    path("app/fans", people.fan_list, name="fan-list"),
    path("app/fans/new", people.fan_new, name="fan-new"),
    path("app/fans/export", people.export, name="fan-export"),
    path("app/fans/undo/<str:token>", people.undo, name="fan-undo"),
    path("app/fans/<uuid:fan_id>", people.fan_detail, name="fan"),
    path("app/fans/<uuid:fan_id>/edit", people.fan_edit, name="fan-edit"),
    path("app/fans/<uuid:fan_id>/delete", people.fan_delete, name="fan-delete"),
    path("app/fans/<uuid:fan_id>/restore", people.fan_restore, name="fan-restore"),
    path("app/fans/<uuid:fan_id>/notes", people.note_add, name="note-add"),
    path("app/fans/notes/<uuid:note_id>/decide", people.note_decide, name="note-decide"),
    path("app/fans/notes/<uuid:note_id>/delete", people.note_delete, name="note-delete"),
]

urlpatterns = [path("", include(([*public_pages, *of_earnings, *of_fans], "fans")))]
