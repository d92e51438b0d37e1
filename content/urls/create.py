"""Where texts are asked for and written."""

from django.urls import path

from content.pages import create

pages = [
    path("create", create.create, name="create"),
    path("create/<uuid:generation_id>", create.generation, name="generation"),
    path("create/<uuid:generation_id>/stop", create.generation_stop, name="generation-stop"),
    path("variants/<uuid:variant_id>/use", create.variant_use, name="variant-use"),
]
