"""A creator with data in every table takes a copy of all of it, leaves, and is found nowhere any more."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import AuditEntry, DataExport, Erasure, User
from accounts.privacy import erasing, exporting, registry
from accounts.privacy.registry import Anonymised, Deleted
from ai_routing.models import CachedAnswer, LedgerEntry
from analytics.models import Event
from billing.models import BudgetAlert
from content import brief, generation
from content.media import storage
from content.models import Asset, ProvenanceEntry
from huntaze.edge import changes
from tests.accounts.privacy import searching, seeds
from tests.accounts.privacy.marking import TOKEN
from tests.conftest import person

# Every table, object and key is searched for every value.
pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]

NAME = f"{TOKEN}name"


@pytest.fixture
def creator(db: None) -> User:
    return person(f"{TOKEN}@first.example", name=NAME)


def copy_of(user: User) -> zipfile.ZipFile:
    now = timezone.now()
    export = exporting.ask(user, now=now)
    assert exporting.prepare(export.pk, now=now)
    export.refresh_from_db()
    with default_storage.open(export.file) as file:
        return zipfile.ZipFile(io.BytesIO(file.read()))


def leave(user: User) -> Erasure:
    now = timezone.now()
    erasure = erasing.ask(user, now=now)
    assert erasing.close_due(now=now + erasing.GRACE) == 1
    erasing_at = now + erasing.GRACE + erasing.SETTLES
    assert erasing.settled(now=erasing_at) == [erasure.pk]
    assert erasing.run(erasure.pk, now=erasing_at)
    assert erasing.mail_receipts(now=timezone.now()) == 1
    tell_caches()
    erasure.refresh_from_db()
    return erasure


def tell_caches() -> None:
    """Do what a worker does every five seconds; the public page's name waits for it."""
    changes.spread(None, now=timezone.now())


def test_every_table_that_is_declared_has_a_seed() -> None:
    declared = {record.model for record in registry.all()}

    assert seeds.SEEDS.keys() == declared


def test_the_copy_has_every_value_and_afterwards_there_is_none(creator: User) -> None:
    others = storage.sizes("")
    sown = seeds.sow(creator)
    number, asset = creator.pk, sown.of(Asset)
    spent = LedgerEntry.objects.count()
    happened = Event.objects.count()
    # The search must be able to find: before the erasure it does, everywhere.
    assert {line.partition(":")[0] for line in searching.in_tables(TOKEN)} >= {
        "content",
        "users",
        "content_asset",
    }
    assert len(searching.in_objects(TOKEN, besides=others)) == 4
    assert len(searching.in_valkey(TOKEN)) == 3
    assert len(searching.in_prompts(TOKEN)) == 1

    archive = copy_of(creator)
    check_copy(archive, creator, sown.expected)
    erasure = leave(creator)

    assert searching.in_tables(TOKEN, NAME) == []
    assert searching.in_objects(TOKEN, str(asset.pk), besides=others) == []
    assert searching.in_valkey(TOKEN) == []
    assert searching.in_prompts(TOKEN) == []
    for record in registry.all():
        assert not any(mention.rows(creator).exists() for mention in record.mentions), record.label
        if record.model is AuditEntry:
            # The number stays, and leads nowhere.
            rows = record.model._base_manager.filter(user=number)
            assert set(rows.values_list("address", "user_agent", "data__name")) == {(None, "", None)}
        elif record.find is None:
            assert not record.model._base_manager.filter(**{record.person: number}).exists(), record.label
    # What others rest on is still there, and so is what is not the creator's.
    assert LedgerEntry.objects.filter(user=None).count() == spent
    assert Event.objects.filter(user=None).count() >= happened
    assert ProvenanceEntry.objects.filter(user=None).count() == 1
    assert LogEntry.objects.get().object_repr == "–"
    assert BudgetAlert.objects.get().mailed_to == ["somebody@example.org"]
    check_receipt(erasure)


def check_copy(archive: zipfile.ZipFile, creator: User, expected: list[tuple[str, str, str]]) -> None:
    """Every mark is in the JSON and on the pages; what was declared stands beside it; files are there with their bytes."""
    assert archive.testzip() is None
    manifest = json.loads(archive.read("manifest.json"))
    labels = {entry["model"] for entry in manifest["files"]}
    assert labels == {record.label for record in registry.all()}
    index = archive.read("index.html").decode()
    for entry in manifest["files"]:
        record = registry.RECORDS[entry["model"]]
        data = json.loads(archive.read(entry["data"]))
        page = archive.read(entry["page"]).decode()
        assert entry["page"] in index
        assert len(data["rows"]) == entry["rows"] >= 1
        assert data["purpose"] == str(record.purpose)
        assert data["kept"] == str(record.kept)
        assert data["erased"]
        for row in data["rows"]:
            assert set(record.personal) <= row.keys()
        for label, name, value in expected:
            if label == record.label and name not in record.shown:
                assert value in json.dumps(data["rows"]), f"{label}.{name}"
                assert value in page, f"{label}.{name}"
    assert len(expected) > 60
    prompts = archive.read("data/ai_routing/PromptRecord.json").decode()
    assert f"{TOKEN}-promptrecord-ciphertext" in prompts
    person_of = json.loads(archive.read("data/accounts/User.json"))["rows"][0]
    assert (person_of["name"], person_of["email"]) == (NAME, creator.email)
    assert creator.password not in archive.read("data/accounts/User.json").decode()
    media = [name for name in archive.namelist() if name.startswith("media/")]
    assert sorted(name.rpartition("/")[2] for name in media) == ["original.png", "thumb.webp"]
    assert all(TOKEN.encode() in archive.read(name) for name in media)
    assert f"{TOKEN}-auditentry-useragent" in archive.read("pages/accounts/AuditEntry.html").decode()
    assert len(json.loads(archive.read("data/content/Review.json"))["mentions"]) == 1


def check_receipt(erasure: Erasure) -> None:
    assert erasure.state == Erasure.State.DONE
    assert (erasure.user, erasure.address) == (None, "")
    assert erasure.report["content.Content"] == {"deleted": 1}
    assert erasure.report["ai_routing.LedgerEntry"] == {"anonymised": 1}
    for record in registry.all():
        counts = erasure.report[record.label]
        what = {Deleted: "deleted", Anonymised: "anonymised"}.get(type(record.erased), "kept")
        assert counts[what] >= 1, record.label
    receipt = mail.outbox[-1]
    assert receipt.to == [f"{TOKEN}@first.example"]
    assert str(erasure.pk) in receipt.body
    assert "Contents: 1 deleted" in receipt.body


def test_somebody_elses_rows_are_left_alone(creator: User, alice: User) -> None:
    theirs = seeds.sow(alice)
    before = {record.label: record.rows(alice).count() for record in registry.all()}

    leave(creator)

    assert {record.label: record.rows(alice).count() for record in registry.all()} == before
    assert set(theirs.rows) == set(seeds.SEEDS)


def test_the_copy_of_one_has_nothing_of_another(creator: User, alice: User) -> None:
    seeds.sow(creator)

    archive = copy_of(alice)

    everything = "".join(archive.read(name).decode(errors="replace") for name in archive.namelist())
    assert TOKEN not in everything
    assert alice.email in everything


def test_a_killed_worker_leaves_an_erasure_that_the_next_one_ends(creator: User, monkeypatch: Any) -> None:
    """Killed after each step in turn: the steps that were done stay done, and are counted once."""
    seeds.sow(creator)
    now = timezone.now()
    erasure = erasing.ask(creator, now=now)
    erasing.close_due(now=now + erasing.GRACE)
    at = now + erasing.GRACE + erasing.SETTLES
    real, steps = erasing.erase, []

    class Killed(BaseException):
        pass

    def until_killed(record: Any, user: Any, hold: Any) -> None:
        real(record, user, hold)
        if record.label not in steps:
            steps.append(record.label)
            raise Killed

    monkeypatch.setattr(erasing, "erase", until_killed)
    done = False
    while not done:
        try:
            done = erasing.run(erasure.pk, now=at)
        except Killed:
            # Its lease is still held; the next worker gets it when that has run out.
            assert not erasing.run(erasure.pk, now=timezone.now())
            at += timedelta(minutes=10)
            Erasure.objects.filter(pk=erasure.pk).update(lease_expires_at=at - timedelta(minutes=1))

    erasure.refresh_from_db()
    assert len(steps) == len(registry.all()) - 1
    tell_caches()
    assert searching.in_tables(TOKEN) == [f"accounts_erasure: {TOKEN}"], "where the receipt goes"
    assert erasure.report["content.Content"] == {"deleted": 1}
    assert erasure.report["ai_routing.LedgerEntry"] == {"anonymised": 1}


def test_an_export_is_removed_with_its_account(creator: User) -> None:
    copy_of(creator)
    export = DataExport.objects.get()
    assert storage.sizes(f"files/exports/{export.pk}")

    leave(creator)

    assert not storage.sizes(f"files/exports/{export.pk}")
    assert not DataExport.objects.exists()


def test_what_models_were_asked_and_answered_is_forgotten_too(
    creator: User, provider: Any, eager_workers: None, django_capture_on_commit_callbacks: Any
) -> None:
    """A text as it really comes about: ledger, kept prompt, answer to give again, events, words on their way."""
    with django_capture_on_commit_callbacks(execute=True):
        asked = generation.request(creator, brief.Brief(prompt=f"Write about {TOKEN} and the rain"), now=timezone.now())
    asked.refresh_from_db()
    assert asked.status == "done"
    entry = LedgerEntry.objects.get(user=creator)
    assert searching.in_prompts(TOKEN)
    assert searching.in_valkey(str(asked.pk))
    assert CachedAnswer.objects.filter(user=creator).exists()

    leave(creator)

    assert searching.in_tables(TOKEN, NAME) == []
    assert searching.in_prompts(TOKEN) == []
    assert searching.in_valkey(TOKEN, str(asked.pk)) == []
    assert not CachedAnswer.objects.filter(user=creator.pk).exists()
    entry.refresh_from_db()
    assert (entry.user, entry.cost_micro_usd is None) == (None, False)
