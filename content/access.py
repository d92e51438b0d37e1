"""The only way to an object of a creator: by id, for its owner. Anybody else's does not exist."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404

from accounts.models import User
from content.models import (
    Asset,
    Content,
    ContentVersion,
    Folder,
    Generation,
    PostTemplate,
    Publication,
    Tag,
    Variant,
    Voice,
    VoiceSample,
)


def content(user: User, content_id: UUID) -> Content:
    """Return the user's content, with its channels. Raises Http404."""
    return get_object_or_404(Content.objects.for_user(user).prefetch_related("channels"), pk=content_id)


def generation(user: User, generation_id: UUID) -> Generation:
    """Return the user's generation with its variants in order, and its content. Raises Http404."""
    return get_object_or_404(
        Generation.objects.for_user(user)
        .select_related("content", "beside")
        .prefetch_related(Prefetch("variants", Variant.objects.order_by("index"))),
        pk=generation_id,
    )


def variant(user: User, variant_id: UUID) -> Variant:
    """Return a variant of one of the user's generations. Raises Http404."""
    return get_object_or_404(
        Variant.objects.select_related("generation__content", "generation__beside", "generation__voice").filter(
            generation__user=user
        ),
        pk=variant_id,
    )


def asset(user: User, asset_id: UUID) -> Asset:
    """Return the user's media file, also from the bin. Raises Http404."""
    return get_object_or_404(Asset.objects.filter(user=user).select_related("user", "folder"), pk=asset_id)


def folder(user: User, folder_id: UUID) -> Folder:
    """Return the user's folder. Raises Http404."""
    return get_object_or_404(Folder.objects.for_user(user).select_related("parent"), pk=folder_id)


def publication(user: User, publication_id: UUID) -> Publication:
    """Return a publication of the user's, with its content. Raises Http404."""
    return get_object_or_404(
        Publication.objects.for_user(user).select_related("content", "user").filter(content__deleted_at=None),
        pk=publication_id,
    )


def voice(user: User, voice_id: UUID) -> Voice:
    """Return the user's voice. Raises Http404."""
    return get_object_or_404(Voice.objects.for_user(user), pk=voice_id)


def any_voice(user: User, voice_id: UUID) -> Voice:
    """Return the user's voice, also out of the bin. Raises Http404."""
    return get_object_or_404(Voice.objects.filter(user=user).select_related("user"), pk=voice_id)


def voice_sample(user: User, sample_id: UUID) -> VoiceSample:
    """Return a sample of one of the user's voices. Raises Http404."""
    return get_object_or_404(
        VoiceSample.objects.select_related("voice").filter(voice__user=user, voice__deleted_at=None), pk=sample_id
    )


def version(user: User, version_id: UUID) -> ContentVersion:
    """Return a version of one of the user's contents. Raises Http404."""
    return get_object_or_404(
        ContentVersion.objects.select_related("content").filter(content__user=user, content__deleted_at=None),
        pk=version_id,
    )


def tag(user: User, tag_id: UUID) -> Tag:
    """Return the user's tag. Raises Http404."""
    return get_object_or_404(Tag.objects.for_user(user), pk=tag_id)


def post_template(user: User, template_id: UUID) -> PostTemplate:
    """Return the user's template for posts. Raises Http404."""
    return get_object_or_404(PostTemplate.objects.for_user(user), pk=template_id)
