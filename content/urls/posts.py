"""Texts that are kept, their tags and templates."""

from django.urls import path

from content.pages.posts import acts, shelf, words

pages = [
    path("posts", shelf.post_list, name="post-list"),
    path("posts/export.<str:form>", shelf.export, name="post-export"),
    path("posts/bulk", acts.bulk, name="post-bulk"),
    path("posts/undo/<str:token>", acts.undo, name="post-undo"),
    path("posts/<uuid:content_id>/delete", acts.post_delete, name="post-delete"),
    path("tags", words.tags, name="tags"),
    path("tags/<uuid:tag_id>/rename", words.tag_rename, name="tag-rename"),
    path("tags/<uuid:tag_id>/delete", words.tag_delete, name="tag-delete"),
    path("templates", words.templates, name="templates"),
    path("templates/new", words.template_new, name="template-new"),
    path("templates/<uuid:template_id>", words.template_edit, name="template-edit"),
    path("templates/<uuid:template_id>/delete", words.template_delete, name="template-delete"),
]
