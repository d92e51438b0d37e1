"""A new mail address for an account."""

from __future__ import annotations

from allauth.account.forms import AddEmailForm
from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.models import EmailAddress
from django.db import transaction
from django.http import HttpRequest

from accounts.entrance import addresses


class AddressForm(AddEmailForm):  # type: ignore[misc]  # allauth has no types
    def save(self, request: HttpRequest) -> EmailAddress:
        """Mail a link to the new address, which holds once it is opened.

        Where the address of now is not confirmed either, there is nothing to keep: the new one takes its place at once.
        """
        if self.user.has_confirmed_address:
            return super().save(request)
        with transaction.atomic():
            EmailAddress.objects.filter(user=self.user).delete()
            self.user.email = self.cleaned_data["email"]
            self.user.save(update_fields=["email"])
            row = addresses.agree(self.user)
        send_verification_email_to_address(request, row)
        return row
