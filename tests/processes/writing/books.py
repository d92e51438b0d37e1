"""Whether all that counts money and credits tells the same."""

from __future__ import annotations

from tests.processes.product import Product


def assert_books_agree(product: Product) -> None:
    """Ledger, events, work, quota, reservations and budgets tell the same, and nothing is still set aside."""
    calls = "kind NOT IN ('embedding', 'correction')"
    told = product.rows(
        f"SELECT coalesce(sum(credits), 0), coalesce(sum(input_tokens) FILTER (WHERE {calls}), 0),"
        f" coalesce(sum(output_tokens) FILTER (WHERE {calls}), 0), coalesce(sum(cost_micro_usd), 0)"
        " FROM ai_routing_ledgerentry"
    )
    assert told == product.rows(
        "SELECT coalesce(sum((data->>'credits')::int), 0), coalesce(sum((data->>'input_tokens')::int), 0),"
        " coalesce(sum((data->>'output_tokens')::int), 0), coalesce(sum((data->>'cost_micro_usd')::numeric), 0)"
        " FROM analytics_events WHERE event = 'ai.completion'"
    )
    credits, _, _, cost = told[0]
    assert product.rows("SELECT sum(used), sum(reserved) FROM billing_quotaperiod") == [(credits, 0)]
    assert product.rows("SELECT sum(charged), sum(charged_micro_usd) FROM billing_reservation") == [(credits, cost)]
    assert product.one("SELECT count(*) FROM billing_reservation WHERE state = 'reserved'") == 0
    for spent, reserved in product.rows("SELECT spent_micro_usd, reserved_micro_usd FROM billing_budgetperiod"):
        assert (spent, reserved) == (cost - product.spent_before, 0)
    work = product.one(
        "SELECT (SELECT coalesce(sum(credits), 0) FROM content_variant)"
        " + (SELECT coalesce(sum(credits), 0) FROM ai_routing_turn)"
        " + (SELECT coalesce(sum(credits), 0) FROM ai_routing_step)"
        " + (SELECT coalesce(sum(credits), 0) FROM ai_routing_ledgerentry WHERE purpose = 'api')"
    )
    assert work == credits
    paid_twice = "SELECT count(*) FROM (SELECT FROM ai_routing_ledgerentry WHERE credits > 0"
    assert product.one(f"{paid_twice} GROUP BY reference HAVING count(*) > 1) twice") == 0
