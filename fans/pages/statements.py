"""Statements of platforms: uploaded, their columns told, tried, read into the books, taken back."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import CreatorRequest, creator_required
from fans import access, exporting
from fans.models import Currency, Earning, EarningImport, Site
from fans.pages.people import READ_AND_SEND, as_file
from fans.statements import columns, files, reading

MOST_SHOWN: Final = 20
State = EarningImport.State


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Statement"),
        help_text=gettext_lazy("A CSV file with a line of column names: up to 2,000 rows, 1 MB."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
    )


class ColumnsForm(forms.Form):
    """A column of the file for each thing that the books need, and what is so for every row."""

    for_all_platform = forms.ChoiceField(label=gettext_lazy("Platform"), choices=[("", "–"), *Site.choices])
    for_all_currency = forms.ChoiceField(
        label=gettext_lazy("Currency, where no column says it"), choices=[("", "–"), *Currency.choices], required=False
    )
    for_all_source = forms.ChoiceField(
        label=gettext_lazy("For what, where no column says it"),
        choices=Earning.Source,
        initial=Earning.Source.OTHER,
    )
    order = forms.ChoiceField(
        label=gettext_lazy("Dates such as 03/04/2026"),
        choices=[("day", gettext_lazy("3 April: the day first")), ("month", gettext_lazy("4 March: the month first"))],
    )

    def __init__(self, *args: Any, names: list[str], **fields: Any) -> None:
        super().__init__(*args, **fields)
        choices = [("", "–"), *((name, name) for name in dict.fromkeys(names) if name)]
        for field, label in columns.FIELDS.items():
            self.fields[field] = forms.ChoiceField(
                label=label, choices=choices, required=field == "when", initial=self.initial.get(field, "")
            )

    @property
    def column_fields(self) -> list[forms.BoundField]:
        return [self[field] for field in columns.FIELDS]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not (cleaned.get("gross") or cleaned.get("net")):
            self.add_error("gross", _("Say which column has the amount, before or after fees."))
        if not (cleaned.get("currency") or cleaned.get("for_all_currency")):
            self.add_error("for_all_currency", _("Say in which currency the amounts are."))
        return cleaned

    def mapping(self) -> dict[str, object]:
        return {name: value for name, value in self.cleaned_data.items() if value}


@creator_required
@require_http_methods(READ_AND_SEND)
def statement_new(request: CreatorRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_bound and form.is_valid():
        file: UploadedFile[bytes] = form.cleaned_data["file"]
        try:
            # One byte more than may be tells that it is too large.
            data = file.read(files.MOST_BYTES + 1)
            row = files.keep(request.user, file.name or "", data, now=timezone.now())
        except files.TooLarge:
            form.add_error("file", _("That is more than is read at once: 2,000 rows, 1 MB. Cut it into parts."))
        except files.NoTable:
            form.add_error("file", _("No table was found in it: a line of column names, and rows below."))
        else:
            return redirect("fans:statement", row.pk)
    before = EarningImport.objects.for_user(request.user).defer("text").order_by("-pk")[:MOST_SHOWN]
    context = {"form": form, "before": before}
    return render(request, "fans/statement_new.html", context, status=422 if form.is_bound else 200)


@creator_required
@require_http_methods(READ_AND_SEND)
def statement(request: CreatorRequest, statement_id: UUID) -> HttpResponse:
    """Show where a statement stands; sent, its columns are told and it is tried."""
    row = access.statement(request.user, statement_id)
    if row.state not in (State.MAPPING, State.READY) or not row.text:
        return render(request, "fans/statement.html", {"row": row})
    table = files.table(row.text)
    form = ColumnsForm(
        request.POST if request.method == "POST" else None, names=list(table.columns), initial=row.mapping
    )
    if form.is_bound and form.is_valid():
        reading.set_columns(row, form.mapping())
        return redirect("fans:statement", row.pk)
    tried = reading.tried(row, now=timezone.now()) if row.state == State.READY and not form.is_bound else None
    context = {
        "row": row,
        "form": form,
        "sample": list(zip(table.columns, *table.rows[:2], strict=True)),
        "tried": tried,
        "lines": [(line, Earning.Source(line.source).label) for line in tried.new[:MOST_SHOWN]] if tried else [],
        "faults": tried.faults[:MOST_SHOWN] if tried else [],
    }
    return render(request, "fans/statement.html", context, status=422 if form.is_bound else 200)


@creator_required
@require_POST
def take_in(request: CreatorRequest, statement_id: UUID) -> HttpResponse:
    row = access.statement(request.user, statement_id)
    try:
        done = reading.take_in(row, now=timezone.now())
    except reading.NotNow:
        messages.info(request, _("This statement cannot be read in now"))
    else:
        said = ngettext("%(count)s payment added", "%(count)s payments added", done.added)
        messages.success(request, said % {"count": done.added})
    return redirect("fans:statement", row.pk)


@creator_required
@require_POST
def take_back(request: CreatorRequest, statement_id: UUID) -> HttpResponse:
    row = access.statement(request.user, statement_id)
    try:
        gone = reading.undo(row, now=timezone.now())
    except reading.NotNow:
        messages.info(request, _("There is nothing to take back"))
    else:
        said = ngettext("%(count)s line taken back", "%(count)s lines taken back", gone)
        messages.success(request, said % {"count": gone})
    return redirect("fans:statement", row.pk)


@creator_required
@require_GET
def wrong_rows(request: CreatorRequest, statement_id: UUID) -> HttpResponseBase:
    """Send the rows that were left out, with what is wrong with each, to be mended and uploaded again."""
    row = access.statement(request.user, statement_id)
    if not row.text or not columns.is_enough(row.mapping):
        messages.info(request, _("The file of this statement is gone, or its columns are not told yet"))
        return redirect("fans:statement", row.pk)
    table = files.table(row.text)
    faults = reading.read(row, now=timezone.now()).faults
    heading = (*table.columns, _("What is wrong"))
    return as_file(exporting.written(heading, ([*fault.cells, fault.why] for fault in faults)), "left-out")
