"""What a creator types about media: names, descriptions, tags, folders."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from content import tagging
from content.media import folders
from content.models import Asset, Folder, Origin

LONGEST_ALT = 1_000


class FolderChoice(forms.ModelChoiceField[Folder]):
    """One of the user's folders, shown as it lies in the tree."""

    def __init__(self, user: User, **options: Any) -> None:
        super().__init__(
            queryset=Folder.objects.for_user(user), required=False, empty_label=str(_("No folder")), **options
        )
        self.widget.choices = [
            ("", _("No folder")),
            *((branch.folder.pk, branch.path) for branch in folders.tree(user)),
        ]


class AssetForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=160)
    alt_text = forms.CharField(
        label=_("Alt text"),
        max_length=LONGEST_ALT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What a person sees who cannot see it: who, what, where, in a sentence or two."),
    )
    tags = forms.CharField(
        label=_("Tags"),
        max_length=600,
        required=False,
        help_text=_("Separated by commas, such as: beach, summer 2026"),
    )
    blurred = forms.BooleanField(
        label=_("Always blur it on my screen"),
        required=False,
        help_text=_("Until you point at it. What is published is never blurred."),
    )
    # Filled in by the page when the words come from a model: what they are stays told.
    proposed = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["folder"] = FolderChoice(user, label=_("Folder"))
        self.order_fields(["name", "alt_text", "folder", "tags", "blurred", "proposed"])

    @classmethod
    def of(cls, asset: Asset, user: User) -> Self:
        return cls(
            user=user,
            initial={
                "name": asset.name,
                "alt_text": asset.alt_text,
                "tags": ", ".join(tag.name for tag in asset.tags.order_by("name")),
                "blurred": asset.blurred,
                "folder": asset.folder_id,
            },
        )

    def save(self, asset: Asset, *, now: datetime) -> None:
        """Store what was typed. A proposal that was changed is AI-assisted, one that was not is AI-generated."""
        words = self.cleaned_data
        if words["alt_text"] != asset.alt_text:
            asset.alt_origin = origin(words["alt_text"], proposed=words["proposed"], before=asset)
        asset.name, asset.alt_text = words["name"], words["alt_text"]
        asset.folder, asset.blurred = words["folder"], words["blurred"]
        asset.updated_at = now
        asset.save(update_fields=["name", "alt_text", "alt_origin", "folder", "blurred", "updated_at"])


def origin(text: str, *, proposed: str, before: Asset) -> str:
    if not text:
        return Origin.HUMAN
    if proposed:
        return Origin.AI_GENERATED if text == proposed else Origin.AI_ASSISTED
    return Origin.HUMAN if before.alt_origin == Origin.HUMAN or not before.alt_text else Origin.AI_ASSISTED


class FolderForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["parent"] = FolderChoice(user, label=_("In"))


class BulkForm(forms.Form):
    """What to do with the files that were chosen."""

    act = forms.ChoiceField(
        choices=[(name, name) for name in ("move", "tag", "delete", "restore", "purge", "blur", "unblur")]
    )
    tag = forms.CharField(max_length=tagging.LONGEST, required=False)

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["folder"] = FolderChoice(user)
