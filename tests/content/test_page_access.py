"""Pages as another creator, a fan and a visitor see them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from content.models import Content, Generation
from tests.content.states import DONE
from tests.strict_templates import refuse_unknown_variables


@pytest.fixture(autouse=True)
def strict_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_unknown_variables(monkeypatch)


class TestWhoMayEnter:
    @pytest.fixture
    def paths(self, alice: User, written: Callable[..., Generation]) -> dict[str, str]:
        row = written(DONE)
        return {
            "generation": f"/app/create/{row.pk}",
            "post": f"/app/create/{row.content_id}",
            "save": f"/app/create/{row.content_id}/save",
            "write": f"/app/create/{row.content_id}/write",
            "edit": f"/app/create/{row.content_id}/edit",
            "delete": f"/app/posts/{row.content_id}/delete",
            "stop": f"/app/generations/{row.pk}/stop",
            "use": f"/app/variants/{row.variants.get().pk}/use",
        }

    @pytest.mark.parametrize("name", ["generation", "post"])
    def test_for_another_creator_it_does_not_exist(self, bob_client: Client, paths: dict[str, str], name: str) -> None:
        assert bob_client.get(paths[name]).status_code == 404

    @pytest.mark.parametrize("name", ["save", "write", "edit", "delete", "stop", "use"])
    def test_another_creator_changes_nothing(self, bob_client: Client, paths: dict[str, str], name: str) -> None:
        before = list(Content.objects.values())
        assert bob_client.post(paths[name], {"title": "Bob's", "body": "Bob's"}).status_code == 404
        assert list(Content.objects.values()) == before

    @pytest.mark.parametrize("name", ["save", "write", "edit", "delete", "stop", "use"])
    def test_a_fan_is_told_what_to_do(self, client: Client, charlie: User, paths: dict[str, str], name: str) -> None:
        client.force_login(charlie)
        response = client.post(paths[name])
        assert response.status_code == 403
        assert "This part is for creators" in response.text

    @pytest.mark.parametrize("name", ["generation", "post"])
    def test_a_visitor_logs_in_first(self, client: Client, paths: dict[str, str], name: str) -> None:
        assert client.get(paths[name]).headers["Location"] == f"/login?next={paths[name]}"

    @pytest.mark.parametrize("name", ["save", "write", "edit", "delete", "stop", "use"])
    def test_what_changes_things_is_never_a_link(self, alice_client: Client, paths: dict[str, str], name: str) -> None:
        assert alice_client.get(paths[name]).status_code == 405

    def test_the_app_opens_on_home(self, alice_client: Client) -> None:
        assert "Home" in alice_client.get("/app/").text
