"""The composer: where texts are begun, written and edited."""

from django.urls import path

from content.pages.composer import attaching, opening, saving, versions, writing

pages = [
    path("create", opening.create, name="create"),
    path("create/<uuid:content_id>", opening.compose, name="compose"),
    path("create/<uuid:content_id>/save", saving.draft_save, name="draft-save"),
    path("create/<uuid:content_id>/write", writing.write, name="write"),
    path("create/<uuid:content_id>/edit", writing.edit, name="edit"),
    path("create/<uuid:content_id>/media", attaching.draft_media, name="draft-media"),
    path("create/<uuid:content_id>/media/words", attaching.draft_alt_text, name="draft-alt-text"),
    path("create/<uuid:content_id>/history", versions.version_list, name="version-list"),
    path("versions/<uuid:version_id>/restore", versions.version_restore, name="version-restore"),
    path("generations/<uuid:generation_id>", writing.generation, name="generation"),
    path("generations/<uuid:generation_id>/stop", writing.generation_stop, name="generation-stop"),
    path("variants/<uuid:variant_id>/use", writing.variant_use, name="variant-use"),
    path("variants/<uuid:variant_id>/again", writing.variant_again, name="variant-again"),
    # Where a post was edited before: other pages link to it by this name.
    path("posts/<uuid:content_id>", opening.post_detail, name="post-detail"),
]
