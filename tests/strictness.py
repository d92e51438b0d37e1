"""Make tests fail where the code only works by luck."""

from __future__ import annotations

from typing import Any

from django.db.models.expressions import OrderBy
from django.db.models.functions import Random
from django.db.models.sql.compiler import SQLCompiler

ordered = SQLCompiler.get_order_by


def shuffled(self: SQLCompiler) -> Any:
    """Order a query that asks for no order at random: whoever leans on PostgreSQL's habit finds out."""
    order_by = ordered(self)
    query = self.query
    grouped = query.group_by is not None or query.distinct or query.combinator
    if order_by or grouped or query.subquery or not query.default_cols or query.annotation_select:
        return order_by
    expression = OrderBy(Random()).resolve_expression(query, allow_joins=True, reuse=None)
    return [(expression, (*self.compile(expression), False))]
