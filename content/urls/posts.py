"""Texts that are kept."""

from django.urls import path

from content.pages import posts

pages = [
    path("posts", posts.post_list, name="post-list"),
    path("posts/<uuid:content_id>/delete", posts.post_delete, name="post-delete"),
]
