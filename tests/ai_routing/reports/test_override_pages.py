"""Who may open the operators' pages, and how they decide about routing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from accounts.models import User
from ai_routing import overrides
from ai_routing.catalogue import Tier
from ai_routing.models import RoutingOverride
from ai_routing.routing import TaskType
from tests.ai_routing.reports.ledger_rows import NOW
from tests.ai_routing.reports.operators import BREAKERS, CSV, OVERRIDES, PROMPTS, REPORT, staff, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon", "nothing_remembered")]


@pytest.mark.parametrize("url", [REPORT, f"{CSV}?table=days", BREAKERS, OVERRIDES, PROMPTS])
def test_creators_are_turned_away_and_visitors_log_in(url: str, alice: User, client: Client) -> None:
    assert client.get(url).headers["Location"].startswith("/admin/login/?next=")

    client.force_login(alice)

    assert client.get(url).status_code == 302


@pytest.mark.parametrize("url", [REPORT, f"{CSV}?table=days", BREAKERS, OVERRIDES, PROMPTS])
def test_staff_without_the_permission_get_403(url: str) -> None:
    assert staff().get(url).status_code == 403


@pytest.mark.parametrize(("permission", "url"), [("view_ledgerentry", REPORT), ("view_routingoverride", BREAKERS)])
def test_staff_with_the_permission_read(permission: str, url: str) -> None:
    assert staff(permission).get(url).status_code == 200


def test_the_index_links_to_what_one_may_see(admin_client: Client) -> None:
    index = admin_client.get("/admin/").content.decode()
    assert f'href="{REPORT}"' in index
    assert f'href="{BREAKERS}"' in index

    index = staff("view_ledgerentry").get("/admin/").content.decode()
    assert f'href="{REPORT}"' in index
    assert BREAKERS not in index


def test_the_lists_link_to_the_pages(admin_client: Client) -> None:
    assert f'href="{REPORT}"' in admin_client.get("/admin/ai_routing/ledgerentry/").content.decode()
    assert f'href="{BREAKERS}"' in admin_client.get(OVERRIDES).content.decode()


def override(**fields: Any) -> dict[str, Any]:
    return {"task_type": "chatbot", "tier": "premium", "cascade": "on", "note": "complaints"} | fields


def test_an_override_holds_at_once_and_says_what_follows(
    admin_client: Client, operator: User, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    assert overrides.current().tiers == {}

    with django_capture_on_commit_callbacks(execute=True):
        response = admin_client.post(f"{OVERRIDES}add/", override(), follow=True)

    found = RoutingOverride.objects.get()
    assert (found.created_by, found.created_at, found.note) == (operator, NOW, "complaints")
    assert overrides.current().tiers == {TaskType.CHATBOT: Tier.PREMIUM}
    assert "All chatbot requests go to the premium model from now on." in text_of(response)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"tier": "economy"}, "All chatbot requests go to the economy model from now on, however complex"),
        ({"tier": ""}, "The rules decide again where chatbot requests go."),
        ({"cascade": ""}, "fails its checks is not escalated"),
    ],
)
def test_each_override_says_what_follows(fields: dict[str, str], said: str, admin_client: Client) -> None:
    assert said in text_of(admin_client.post(f"{OVERRIDES}add/", override(**fields), follow=True))


@pytest.mark.parametrize("task", ["compliance", "legal"])
def test_sensitive_work_is_refused_for_the_economy_model(task: str, admin_client: Client) -> None:
    response = admin_client.post(f"{OVERRIDES}add/", override(task_type=task, tier="economy"))

    assert f"{task.capitalize()} work never goes to the economy model" in str(response.context["errors"])
    assert not RoutingOverride.objects.exists()


@pytest.mark.parametrize("wrong", [{"note": ""}, {"task_type": "poetry"}, {"task_type": ""}, {"tier": "best"}])
def test_an_override_that_makes_no_sense_is_explained(wrong: dict[str, str], admin_client: Client) -> None:
    response = admin_client.post(f"{OVERRIDES}add/", override(**wrong))

    assert response.status_code == 200
    assert response.context["errors"]
    assert not RoutingOverride.objects.exists()


def test_who_and_when_cannot_be_forged(admin_client: Client, operator: User, alice: User) -> None:
    admin_client.post(f"{OVERRIDES}add/", override(created_by=alice.pk, created_at="2020-01-01"))

    assert RoutingOverride.objects.get().created_by == operator


def test_the_newest_of_a_task_holds(admin_client: Client) -> None:
    for fields in ({"tier": "premium"}, {"tier": ""}, {"task_type": "code", "tier": "economy"}):
        admin_client.post(f"{OVERRIDES}add/", override(**fields))

    rows = admin_client.get(OVERRIDES).context["cl"].result_list

    assert [(each.task_type, each.tier, each.holds) for each in rows] == [
        ("code", "economy", True),
        ("chatbot", "", True),
        ("chatbot", "premium", False),
    ]


def test_overrides_are_only_added(admin_client: Client) -> None:
    admin_client.post(f"{OVERRIDES}add/", override())
    found = RoutingOverride.objects.get()
    page = f"{OVERRIDES}{found.pk}"

    assert b'name="_save"' not in admin_client.get(f"{page}/change/").content
    assert admin_client.post(f"{page}/change/", override(tier="")).status_code == 403
    assert admin_client.post(f"{page}/delete/", {"post": "yes"}).status_code == 403
    with pytest.raises(DatabaseError), transaction.atomic():
        RoutingOverride.objects.all().delete()


def test_who_may_only_look_cannot_add(db: None) -> None:
    assert staff("view_routingoverride").post(f"{OVERRIDES}add/", override()).status_code == 403
    assert not RoutingOverride.objects.exists()
