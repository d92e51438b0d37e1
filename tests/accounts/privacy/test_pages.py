"""Privacy in the settings, the question for new terms, and what an account that leaves looks like."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from accounts import handles, profiles
from accounts.models import AuditEntry, Consent, DataExport, Erasure, User
from accounts.privacy import consents, erasing, exporting
from tests.conftest import PASSWORD
from tests.strict_templates import refuse_unknown_variables

pytestmark = pytest.mark.django_db

URL = "/app/settings/privacy"


@pytest.fixture(autouse=True)
def strict_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_unknown_variables(monkeypatch)


@pytest.fixture
def alice_client(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def confirm(client: Client, url: str) -> Any:
    """Ask for something that wants a person to show again who they are, and do so."""
    response = client.post(url)
    assert response.headers["Location"].startswith("/login/again?next=")
    return client.post(response.headers["Location"], {"password": PASSWORD})


def kinds(user: User) -> list[str]:
    return list(AuditEntry.objects.filter(user=user).order_by("id").values_list("kind", flat=True))


class TestConsents:
    def test_sign_up_stores_what_was_agreed_to(self, client: Client) -> None:
        form = {"name": "Nadia", "email": "nadia@example.org", "password1": "a rainy day in lyon"}

        assert client.post("/signup", {**form, "adult": "on"}).status_code == 200
        assert client.post("/signup", {**form, "terms": "on"}).status_code == 200
        assert not User.objects.exists()
        client.post("/signup", {**form, "adult": "on", "terms": "on"})

        user = User.objects.get()
        rows = Consent.objects.filter(user=user)
        assert set(rows.values_list("subject", "act", "way")) == {
            (subject.key, "given", "sign_up") for subject in consents.REQUIRED
        }
        assert consents.is_up_to_date(user)
        assert client.get("/app/").status_code == 200

    def test_what_is_optional_is_off_until_it_is_given_and_off_when_withdrawn(
        self, alice_client: Client, alice: User
    ) -> None:
        assert not consents.is_given(alice, "product_mails")

        alice_client.post(f"{URL}/consents", {"subject": "product_mails", "act": "given"})
        assert consents.is_given(alice, "product_mails")
        alice_client.post(f"{URL}/consents", {"subject": "product_mails", "act": "withdrawn"})

        assert not consents.is_given(alice, "product_mails")
        assert [row.act for row in Consent.objects.filter(user=alice).order_by("id")] == ["given", "withdrawn"]
        assert kinds(alice)[-2:] == ["consent_given", "consent_withdrawn"]
        assert "Withdrawn on" in alice_client.get(URL).text
        activity = alice_client.get("/app/settings/activity").text
        assert "Consent given: News of Huntaze by mail" in activity
        assert "Consent withdrawn: News of Huntaze by mail" in activity

    def test_whoever_withdraws_what_is_required_is_led_to_leaving(self, alice_client: Client, alice: User) -> None:
        response = alice_client.post(f"{URL}/consents", {"subject": "terms", "act": "withdrawn"})

        assert response.headers["Location"] == f"{URL}/erase"
        assert not Consent.objects.filter(user=alice).exists()

    def test_no_row_is_changed_or_deleted(self, alice: User) -> None:
        consents.give_required(alice, way=Consent.Way.SIGN_UP, now=timezone.now())

        with pytest.raises(DatabaseError, match="Cannot update or delete rows"), transaction.atomic():
            Consent.objects.update(version="0")
        with pytest.raises(DatabaseError, match="Cannot update or delete rows"), transaction.atomic():
            Consent.objects.all().delete()


class TestNewTerms:
    @pytest.fixture
    def older(self, alice: User) -> User:
        alice.agreed = consents.PRESENT.replace("terms:2026-11", "terms:2025-01")
        alice.save()
        return alice

    def test_a_page_asks_first_and_then_opens(self, alice_client: Client, older: User) -> None:
        asked = alice_client.get("/app/posts?q=rain")

        assert asked.headers["Location"] == "/app/agree?next=%2Fapp%2Fposts%3Fq%3Drain"
        page = alice_client.get(asked.headers["Location"]).text
        assert re.findall(r'type="checkbox" name="(\w+)"', page) == ["terms"]
        assert alice_client.post("/app/agree", {"next": "/app/posts?q=rain"}).status_code == 422
        answer = alice_client.post("/app/agree", {"next": "/app/posts?q=rain", "terms": "on"})
        assert answer.headers["Location"] == "/app/posts?q=rain"
        assert alice_client.get("/app/posts?q=rain").status_code == 200
        assert Consent.objects.get(user=older).way == "asked_again"

    def test_it_leads_nowhere_else(self, alice_client: Client, older: User) -> None:
        answer = alice_client.post("/app/agree", {"next": "https://evil.example/", "terms": "on"})

        assert answer.headers["Location"] == "/"

    def test_work_under_way_is_not_interrupted(self, alice_client: Client, older: User) -> None:
        by_script = alice_client.get("/app/notifications/panel", headers={"Sec-Fetch-Dest": "empty"})

        assert by_script.status_code == 200
        assert alice_client.post("/app/shortcuts", {"shortcuts": "off", "next": "/app/"}).headers["Location"] == "/app/"

    def test_rights_need_no_agreement(self, alice_client: Client, older: User) -> None:
        assert alice_client.get(URL).status_code == 200
        assert alice_client.get(f"{URL}/erase").status_code == 200

    def test_who_agreed_to_everything_is_not_asked(self, alice_client: Client) -> None:
        assert alice_client.get("/app/agree?next=/app/posts").headers["Location"] == "/app/posts"


class TestExports:
    def test_a_copy_is_prepared_mailed_and_downloaded(
        self,
        alice_client: Client,
        alice: User,
        bob: User,
        eager_workers: None,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            confirm(alice_client, f"{URL}/exports")

        export = DataExport.objects.get()
        assert export.state == DataExport.State.READY
        assert export.size > 1_000
        message = mail.outbox[-1]
        assert (message.to, message.subject) == ([alice.email], "The copy of your data is ready")
        assert URL in message.body
        assert "exports/" not in message.body
        page = alice_client.get(URL).text
        assert f"{URL}/exports/{export.pk}" in page
        file = alice_client.get(f"{URL}/exports/{export.pk}")
        assert re.search(r"huntaze-\d{4}-\d\d-\d\d\.zip\?.*(Signature|X-Amz-Signature)=", file.headers["Location"])
        assert "no-store" in file.headers["Cache-Control"]
        assert kinds(alice)[-3:] == ["export_requested", "export_ready", "export_downloaded"]
        other = Client()
        other.force_login(bob)
        assert other.get(f"{URL}/exports/{export.pk}").status_code == 404
        assert Client().get(f"{URL}/exports/{export.pk}").headers["Location"].startswith("/login?next=")

    def test_one_at_a_time(self, alice_client: Client, alice: User) -> None:
        exporting.ask(alice, now=timezone.now())

        confirm(alice_client, f"{URL}/exports")

        assert DataExport.objects.count() == 1
        page = alice_client.get(URL).text
        assert "Prepare a copy" not in page

    def test_without_showing_again_who_one_is_nothing_happens(self, alice_client: Client) -> None:
        response = alice_client.post(f"{URL}/exports")
        alice_client.post(response.headers["Location"], {"password": "a wrong one"})

        assert not DataExport.objects.exists()


class TestLeaving:
    def test_an_account_leaves_and_is_kept(self, alice_client: Client, alice: User) -> None:
        confirm(alice_client, f"{URL}/erase")

        alice.refresh_from_db()
        erasure = Erasure.objects.get()
        assert erasure.due_at - erasure.created_at == timedelta(days=14)
        assert alice.leaves_at == erasure.due_at
        assert mail.outbox[-1].subject == "Your account is going to be erased"
        assert "This account will be erased on" in alice_client.get("/app/posts").text
        alice_client.post(f"{URL}/keep")
        assert User.objects.get().leaves_at is None
        assert "will be erased" not in alice_client.get("/app/posts").text
        assert kinds(alice)[-2:] == ["erasure_requested", "erasure_cancelled"]

    def test_its_page_is_hidden_meanwhile(self, alice: User, client: Client) -> None:
        handles.take(alice, "alice")
        profile = profiles.of(alice)
        profile.bio = "Rain and tea."
        profile.save()
        assert client.get("/@alice").status_code == 200

        erasing.ask(alice, now=timezone.now())
        assert client.get("/@alice").status_code == 404
        erasing.keep(alice, now=timezone.now())

        assert client.get("/@alice").status_code == 200

    def test_when_the_grace_is_over_nobody_gets_in(self, alice_client: Client, alice: User, alice_api: Any) -> None:
        now = timezone.now()
        erasing.ask(alice, now=now)
        assert erasing.close_due(now=now + erasing.GRACE - timedelta(minutes=1)) == 0
        assert alice_api.get("/api/usage/").status_code == 200

        assert erasing.close_due(now=now + erasing.GRACE) == 1

        assert alice_client.get("/app/").headers["Location"].startswith("/login?next=")
        assert alice_api.get("/api/usage/").status_code == 401
        with pytest.raises(erasing.NotLeaving):
            erasing.keep(alice, now=now + erasing.GRACE)

    def test_it_can_be_asked_for_once(self, alice: User) -> None:
        erasing.ask(alice, now=timezone.now())

        with pytest.raises(erasing.UnderWay):
            erasing.ask(alice, now=timezone.now())

    @pytest.mark.parametrize("role", ["fan", "operator"])
    def test_everybody_has_these_rights(self, client: Client, role: str, charlie: User, operator: User) -> None:
        client.force_login({"fan": charlie, "operator": operator}[role])

        for path in (URL, f"{URL}/erase"):
            assert client.get(path).status_code == 200
        confirm(client, f"{URL}/erase")
        assert Erasure.objects.count() == 1
        assert "Keep my account" in client.get(URL).text


def test_somebody_elses_export_is_not_told_from_none(alice_client: Client) -> None:
    assert alice_client.get(f"{URL}/exports/{uuid4()}").status_code == 404


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_asks_for_a_fixed_number_of_rows(
    alice_client: Client, alice: User, count: int, django_assert_max_num_queries: Any
) -> None:
    now = timezone.now()
    for _number in range(count):
        consents.give(alice, ["product_mails"], way=Consent.Way.SETTINGS, now=now)
        DataExport.objects.create(user=alice, state="expired", created_at=now)
    alice_client.get(URL)

    with django_assert_max_num_queries(9):
        alice_client.get(URL)
