"""What a creator types: a question, and the name of a conversation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ai_routing.assistant import asking
from ai_routing.assistant.serializers import MAX_TITLE


class Question(forms.CharField):
    """Several lines. Browsers send CRLF, and count and show one character: so do we."""

    def to_python(self, value: Any) -> str:
        return super().to_python(str(value or "").replace("\r\n", "\n")) or ""


class QuestionForm(forms.Form):
    question = Question(
        label=_("Your question"),
        max_length=asking.MAX_QUESTION,
        widget=forms.Textarea(
            attrs={
                "class": "composer-brief",
                "rows": 1,
                "data-question": True,
                "placeholder": _("Ask anything about your work…"),
            }
        ),
    )


class TitleForm(forms.Form):
    title = forms.CharField(
        label=_("Name of the conversation"),
        max_length=MAX_TITLE,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
