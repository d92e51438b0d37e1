"""What a creator earned, line by line: read, written by hand, refunded, taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import CreatorRequest, creator_required
from content.pages import undoing
from fans import access, books, exporting, forms, ledger, payers
from fans.models import Currency, Earning, EarningImport, Fan, Site
from fans.pages.people import READ_AND_SEND, address, an_id, as_file


def wanted_by(request: CreatorRequest) -> ledger.Wanted:
    """Return the filters of an address; what is none of the creator's, or nothing that there is, filters nothing."""
    asked = request.GET
    statement, fan = an_id(asked.get("statement", "")), an_id(asked.get("fan", ""))
    return ledger.Wanted(
        source=asked.get("source", "") if asked.get("source") in Earning.Source.values else "",
        platform=asked.get("platform", "") if asked.get("platform") in Site.values else "",
        currency=asked.get("currency", "") if asked.get("currency") in Currency.values else "",
        statement=EarningImport.objects.for_user(request.user).filter(pk=statement).first() if statement else None,
        fan=Fan.objects.for_user(request.user).filter(pk=fan).first() if fan else None,
    )


@creator_required
@require_GET
def earning_list(request: CreatorRequest) -> HttpResponse:
    wanted = wanted_by(request)
    found = ledger.page(request.user, wanted, after=an_id(request.GET.get("after", "")))
    context: dict[str, Any] = {
        "lines": found.lines,
        "wanted": wanted,
        "more": address(request, after=str(found.after)) if found.after else "",
        "here": request.get_full_path(),
    }
    if request.headers.get("HX-Request"):
        return render(request, "fans/_lines.html", context)
    return render(
        request,
        "fans/earnings.html",
        {
            **context,
            "sources": Earning.Source.choices,
            "platforms": Site.choices,
            "currencies": Currency.choices,
            "export": address(request, "/app/fans/earnings/export"),
        },
    )


@creator_required
@require_GET
def export(request: CreatorRequest) -> HttpResponseBase:
    """Send the lines that the list shows, all of them, as a CSV file."""
    return as_file(exporting.earnings(ledger.all_of(request.user, wanted_by(request))), "earnings")


@creator_required
@require_http_methods(READ_AND_SEND)
def earning_new(request: CreatorRequest) -> HttpResponse:
    """Write a payment down; with `fan` in the address, one of theirs."""
    fan_id = an_id(request.GET.get("fan", ""))
    fan = access.fan(request.user, fan_id) if fan_id else None
    initial: dict[str, Any] = {"occurred_at": timezone.localtime()}
    if fan and (known := list(fan.identities.all())):
        initial |= {"platform": known[0].platform, "payer": known[0].handle}
    form = forms.EarningForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        _row, is_new = record(request, form, fan)
        if is_new:
            messages.success(request, _("Payment added"))
        else:
            messages.info(request, _("The very same payment is in your books already"))
        return redirect("fans:fan", fan.pk) if fan else redirect("fans:earning-list")
    return render(request, "fans/earning.html", {"form": form, "fan": fan}, status=422 if form.is_bound else 200)


def record(request: CreatorRequest, form: forms.EarningForm, fan: Fan | None) -> tuple[Earning, bool]:
    words, now = form.cleaned_data, timezone.now()
    payer = forms.plain(words["payer"])
    fan_id: UUID | None = UUID(str(fan.pk)) if fan else None
    if fan_id is None and payer:
        ((_key, fan_id),) = payers.all_of(request.user, [(words["platform"], payer)], now=now).items()
    line = books.Line(
        source=words["source"],
        platform=words["platform"],
        currency=words["currency"],
        gross_minor=forms.minor(words["gross"]),
        fee_minor=forms.minor(words["fee"]),
        occurred_at=words["occurred_at"],
        fan_id=fan_id,
        payer=payer or str(fan_id or ""),
        note=words["note"],
    )
    return books.record(request.user, line, now=now)


@creator_required
@require_http_methods(READ_AND_SEND)
def earning_refund(request: CreatorRequest, earning_id: UUID) -> HttpResponse:
    row = access.earning(request.user, earning_id)
    left = row.gross_minor - books.refunded(row).gross_minor
    initial = {"gross": exporting.amount(left), "occurred_at": timezone.localtime()}
    form = forms.RefundForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        words = form.cleaned_data
        try:
            books.refund(
                row,
                gross_minor=forms.minor(words["gross"]),
                occurred_at=words["occurred_at"],
                note=words["note"],
                now=timezone.now(),
            )
        except books.NotRefundable:
            form.add_error("gross", _("No more can go back than was paid and still stands."))
        else:
            messages.success(request, _("Refund written down"))
            return redirect("fans:earning-list")
    context = {"form": form, "row": row, "left": left}
    return render(request, "fans/refund.html", context, status=422 if form.is_bound else 200)


@creator_required
@require_POST
def earning_remove(request: CreatorRequest, earning_id: UUID) -> HttpResponse:
    """Take back a line that was a mistake, with its refunds."""
    row = access.earning(request.user, earning_id)
    try:
        gone = books.remove(row, now=timezone.now())
    except books.AlreadyRemoved:
        messages.info(request, _("This line does not count any more"))
    else:
        said = ngettext("%(count)s line taken back", "%(count)s lines taken back", len(gone))
        messages.success(request, said % {"count": len(gone)})
    return undoing.back(request, "fans:earning-list")
