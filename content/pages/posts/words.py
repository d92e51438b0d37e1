"""Tags and templates: what a creator names, to find or to begin with."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import CreatorRequest, creator_required
from content import access, post_templates, tagging
from content.forms import MAX_BODY, Text
from content.models import Channel, PostTemplate
from content.pages import undoing
from content.pages.posts.acts import UNDO, back
from content.pages.posts.shelf import an_id

READ_AND_SEND: Final = ["GET", "HEAD", "POST"]


class TagForm(forms.Form):
    name = forms.CharField(max_length=tagging.LONGEST)

    def clean_name(self) -> str:
        name = tagging.cleaned(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(_("Write a name"))
        return name


class TemplateForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=160, required=False)
    body = Text(label=gettext_lazy("Text"), max_length=MAX_BODY, widget=forms.Textarea(attrs={"rows": 10}))
    channels = forms.MultipleChoiceField(
        label=gettext_lazy("Channels"), choices=Channel, required=False, widget=forms.CheckboxSelectMultiple
    )


@creator_required
@require_GET
def tags(request: CreatorRequest) -> HttpResponse:
    return render(request, "posts/tags.html", {"tags": tagging.all_of(request.user)})


@creator_required
@require_POST
def tag_rename(request: CreatorRequest, tag_id: UUID) -> HttpResponse:
    tag = access.tag(request.user, tag_id)
    form = TagForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the tag a name of up to 40 characters"))
    elif tagging.rename(tag, form.cleaned_data["name"]).pk != tag_id:
        messages.success(request, _("Both tags are one now"))
    else:
        messages.success(request, _("Saved"))
    return redirect("content:tags")


@creator_required
@require_POST
def tag_delete(request: CreatorRequest, tag_id: UUID) -> HttpResponse:
    removed = tagging.remove(access.tag(request.user, tag_id))
    undoing.offer(request, _("Tag deleted"), {"act": "tag-removed", "removed": removed}, by=UNDO)
    return redirect("content:tags")


@creator_required
@require_GET
def templates(request: CreatorRequest) -> HttpResponse:
    return render(request, "posts/templates.html", {"templates": post_templates.listed(request.user)})


@creator_required
@require_http_methods(READ_AND_SEND)
def template_new(request: CreatorRequest) -> HttpResponse:
    """Make a template: an empty one, or with `post` one that says what that post says."""
    initial: dict[str, Any] = {}
    if content_id := an_id(request.GET.get("post", "")):
        content = access.content(request.user, content_id)
        initial = {**post_templates.of_content(content), "name": str(content)[:80]}
    return template_page(request, None, initial)


@creator_required
@require_http_methods(READ_AND_SEND)
def template_edit(request: CreatorRequest, template_id: UUID) -> HttpResponse:
    template = access.post_template(request.user, template_id)
    initial = {"name": template.name, "title": template.title, "body": template.body, "channels": template.channels}
    return template_page(request, template, initial)


def template_page(request: CreatorRequest, template: PostTemplate | None, initial: dict[str, Any]) -> HttpResponse:
    form = TemplateForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data
        try:
            post_templates.keep(
                request.user,
                name=words["name"],
                title=words["title"],
                body=words["body"],
                chosen=words["channels"],
                template=template,
                now=timezone.now(),
            )
        except post_templates.NameTaken:
            form.add_error("name", _("You have a template of this name: choose another one"))
        except post_templates.TooMany:
            form.add_error(None, _("There may be 100 templates: delete one first"))
        else:
            messages.success(request, _("Template saved"))
            return redirect("content:templates")
    return render(
        request,
        "posts/template.html",
        {"form": form, "template": template},
        status=422 if form.is_bound else 200,
    )


@creator_required
@require_POST
def template_delete(request: CreatorRequest, template_id: UUID) -> HttpResponse:
    removed = post_templates.remove(access.post_template(request.user, template_id))
    undoing.offer(request, _("Template deleted"), {"act": "template-removed", "removed": removed}, by=UNDO)
    return back(request) if request.POST.get("next") else redirect("content:templates")
