"""The wire: keys, versions, forms, errors, idempotency, lists, expansions, search. Asked by Stripe's own client."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import stripe

from devstack.stripe_server import routes, schema
from tests.fakes.stripe_account import Account


def test_every_operation_that_is_described_is_served_and_the_other_way_round() -> None:
    described = {(method, path) for path, methods in schema.document()["operations"].items() for method in methods}
    assert {(method, path) for method, path, _ in routes.TABLE} == described


def test_the_simulator_speaks_the_version_of_the_pinned_client() -> None:
    assert schema.version() == stripe.api_version


def test_another_key_opens_nothing(account: Account) -> None:
    other = stripe.StripeClient("sk_test_" + "x" * 24, base_addresses={"api": account.url})

    with pytest.raises(stripe.AuthenticationError) as raised:
        other.v1.customers.list()
    assert "sk_test" not in str(raised.value)


def test_another_version_is_refused(account: Account) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Invalid Stripe API version: 2020-08-27"):
        account.client.v1.customers.list(options={"stripe_version": "2020-08-27"})


@pytest.mark.parametrize(
    ("sent", "code", "param"),
    [
        ({"emial": "a@example.org"}, "parameter_unknown", "emial"),
        ({"invoice_settings": {"default": "x"}}, "parameter_unknown", "invoice_settings[default]"),
        ({"balance": "much"}, "parameter_invalid_integer", "balance"),
        ({"tax_exempt": "perhaps"}, None, "tax_exempt"),
        ({"metadata": {"plan": {"deep": "x"}}}, None, "metadata[plan]"),
    ],
)
def test_what_stripe_would_refuse_is_refused_with_the_name_of_the_parameter(
    account: Account, sent: Any, code: str | None, param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as raised:
        account.client.v1.customers.create(sent)
    assert (raised.value.code, raised.value.param) == (code, param)
    assert raised.value.request_id


def test_what_is_required_is_asked_for(account: Account) -> None:
    with pytest.raises(stripe.InvalidRequestError) as raised:
        account.client.v1.products.create({})  # type: ignore[typeddict-item]
    assert (raised.value.code, raised.value.param) == ("parameter_missing", "name")


def test_what_is_not_there_is_404(account: Account) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="No such customer: 'cus_none'") as raised:
        account.client.v1.customers.retrieve("cus_none")
    assert (raised.value.http_status, raised.value.code) == (404, "resource_missing")


def test_the_same_key_gives_the_same_answer_and_another_body_is_refused(account: Account) -> None:
    options: Any = {"idempotency_key": "once"}
    first = account.client.v1.customers.create({"email": "a@example.org"}, options)
    again = account.client.v1.customers.create({"email": "a@example.org"}, options)

    assert first.id == again.id
    assert again.last_response is not None
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    with pytest.raises(stripe.IdempotencyError):
        account.client.v1.customers.create({"email": "b@example.org"}, options)
    assert len(account.client.v1.customers.list().data) == 1


def test_parallel_requests_with_one_key_are_one_request(account: Account) -> None:
    def create(_: int) -> str:
        return account.client.v1.customers.create({"name": "Alice"}, {"idempotency_key": "race"}).id

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(create, range(8)))) == 1


def test_lists_come_in_pages_the_newest_first(account: Account) -> None:
    ids = [account.client.v1.customers.create({"name": str(number)}).id for number in range(5)][::-1]

    page = account.client.v1.customers.list({"limit": 2})
    assert ([one.id for one in page.data], page.has_more) == (ids[:2], True)
    after = account.client.v1.customers.list({"limit": 2, "starting_after": ids[1]})
    assert [one.id for one in after.data] == ids[2:4]
    before = account.client.v1.customers.list({"limit": 2, "ending_before": ids[3]})
    assert [one.id for one in before.data] == ids[1:3]
    assert [one.id for one in page.auto_paging_iter()] == ids


def test_metadata_is_merged_and_taken_away(account: Account) -> None:
    one = account.client.v1.customers.create({"metadata": {"a": "1", "b": "2"}})
    changed = account.client.v1.customers.update(one.id, {"metadata": {"b": "", "c": "3"}})

    assert changed.metadata is not None
    assert changed.metadata.to_dict() == {"a": "1", "c": "3"}
    emptied = account.client.v1.customers.update(one.id, {"metadata": ""}).metadata
    assert emptied is not None
    assert emptied.to_dict() == {}


def test_search_finds_by_metadata_and_fields(account: Account) -> None:
    wanted = account.client.v1.customers.create({"email": "a@example.org", "metadata": {"user": "7"}})
    account.client.v1.customers.create({"email": "b@example.org", "metadata": {"user": "8"}})

    def found(query: str) -> list[str]:
        return [one.id for one in account.client.v1.customers.search({"query": query}).data]

    assert found("metadata['user']:'7'") == [wanted.id]
    assert found("email:'a@example.org' AND metadata['user']:'7'") == [wanted.id]
    assert found("email:'a@example.org' AND metadata['user']:'8'") == []
    assert len(found("email~'example'")) == 2


def test_ids_are_expanded_as_deep_as_asked(account: Account) -> None:
    price = account.price()
    customer = account.customer()
    made = account.client.v1.subscriptions.create(
        {"customer": customer.id, "items": [{"price": price.id}], "expand": ["customer", "items.data.price.product"]}
    )
    assert made.customer.email == "alice@example.org"  # type: ignore[union-attr]
    assert made["items"].data[0].price.product.name == "Pro"
    found = account.client.v1.subscriptions.list({"expand": ["data.latest_invoice.payments"]}).data[0]
    assert found.latest_invoice.payments.data[0].status == "paid"  # type: ignore[union-attr]
    with pytest.raises(stripe.InvalidRequestError, match="more than 4 levels"):
        account.client.v1.subscriptions.list({"expand": ["data.items.data.price.product"]})
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        account.client.v1.subscriptions.retrieve(made.id, {"expand": ["status"]})


def test_faults_come_as_ordered(account: Account) -> None:
    account.control("faults", kind="api_500", path="/v1/customers")
    account.control("faults", kind="rate_limit", path="/v1/customers")

    with pytest.raises(stripe.APIError):
        account.client.v1.customers.list()
    with pytest.raises(stripe.RateLimitError):
        account.client.v1.customers.list()
    assert account.client.v1.customers.list().data == []


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "stripe.json"
    with Account(file) as account:
        price = account.price()
        made = account.client.v1.subscriptions.create(
            {"customer": account.customer().id, "items": [{"price": price.id}]}, {"idempotency_key": "k"}
        )
    assert file.stat().st_mode & 0o077 == 0

    with Account(file) as account:
        assert account.client.v1.subscriptions.retrieve(made.id).status == "active"
        item = made["items"].data[0].id
        account.client.v1.subscriptions.update(made.id, {"items": [{"id": item, "quantity": 3}]})
        assert account.client.v1.subscription_items.retrieve(item).quantity == 3
