"""The queries that sum up days of the ledger. Each takes the `start`, the `end` and the `days` (a list of dates).

They are written by hand because all groupings are made in one pass over the rows, for which the ORM has no words. A
correction counts on the day it was written: so the sums of a day that is over never change.
"""

from __future__ import annotations

from typing import Final

DAY: Final = "(entry.created_at AT TIME ZONE 'UTC')::date"
WITHIN: Final = f"entry.created_at >= %(start)s AND entry.created_at < %(end)s AND {DAY} = ANY(%(days)s)"
ASKED: Final = "entry.kind IN ('call', 'draft') AND entry.cache = 'none'"
MEASURED: Final = f"{ASKED} AND entry.usage_source = 'provider'"
ERRORS: Final = "'rate_limited', 'unavailable', 'timed_out', 'interrupted', 'malformed', 'misconfigured', 'lost'"

# In the order of sums.ADDED. What makes a row an answer: LedgerEntry.is_answer.
FIGURES: Final = f"""
    count(*) FILTER (WHERE entry.kind IN ('call', 'draft') AND entry.attempt = 1),
    count(*) FILTER (WHERE entry.kind <> 'correction' AND entry.cache = 'none' AND entry.outcome <> 'circuit_open'),
    count(*) FILTER (WHERE entry.kind = 'call'
        AND (entry.baseline_micro_usd > 0 OR entry.baseline_micro_usd IS NULL)),
    count(*) FILTER (WHERE entry.kind = 'call' AND entry.cache = 'exact'),
    count(*) FILTER (WHERE entry.kind = 'call' AND entry.cache = 'semantic'),
    count(*) FILTER (WHERE entry.kind <> 'correction' AND entry.outcome = 'content_filter'),
    count(*) FILTER (WHERE entry.kind <> 'correction' AND entry.outcome IN ({ERRORS})),
    count(*) FILTER (WHERE entry.kind <> 'correction'),
    coalesce(sum(entry.cost_micro_usd), 0),
    coalesce(sum(entry.baseline_micro_usd), 0),
    coalesce(sum(entry.baseline_cached_micro_usd), 0),
    count(*) FILTER (WHERE entry.kind = 'draft'),
    coalesce(sum(entry.cost_micro_usd) FILTER (WHERE entry.kind = 'draft'), 0),
    count(*) FILTER (WHERE entry.kind = 'correction'),
    coalesce(sum(entry.cost_micro_usd) FILTER (WHERE entry.kind = 'correction'), 0),
    count(*) FILTER (WHERE {MEASURED}),
    count(*) FILTER (WHERE {MEASURED} AND entry.cached_tokens > 0),
    coalesce(sum(entry.input_tokens) FILTER (WHERE {MEASURED}), 0),
    coalesce(sum(entry.cached_tokens) FILTER (WHERE {MEASURED}), 0),
    coalesce(sum(entry.cache_write_tokens) FILTER (WHERE {MEASURED}), 0)
"""

SUMS: Final = f"""
SELECT {DAY} AS day, entry.provider, entry.model, entry.outcome, entry.task_type, entry.plan, entry.purpose,
    entry.prompt_version, {FIGURES}
FROM ai_routing_ledgerentry AS entry
WHERE {WITHIN}
GROUP BY GROUPING SETS (
    ({DAY}), ({DAY}, entry.provider, entry.model), ({DAY}, entry.provider, entry.model, entry.outcome),
    ({DAY}, entry.task_type), ({DAY}, entry.plan), ({DAY}, entry.purpose), ({DAY}, entry.prompt_version)
)
"""  # noqa: S608  # made of the constants above

# What a request came to after an answer that failed its checks, when a model of another name was asked.
ESCALATIONS: Final = f"""
SELECT {DAY} AS day, count(DISTINCT entry.reference), coalesce(sum(entry.cost_micro_usd), 0)
FROM ai_routing_ledgerentry AS entry
WHERE {WITHIN} AND entry.kind IN ('call', 'draft') AND entry.attempt > 1 AND EXISTS (
    SELECT FROM ai_routing_ledgerentry AS draft
    WHERE draft.reference = entry.reference AND draft.attempt < entry.attempt AND draft.model <> entry.model
        AND draft.kind IN ('call', 'draft') AND draft.faults <> '[]'
)
GROUP BY 1
"""  # noqa: S608  # made of the constants above

# How many answers took how long, in steps of 5 %.
WAITS: Final = f"""
SELECT {DAY} AS day, entry.provider, entry.model, measured.name,
    floor(ln(greatest(measured.milliseconds, 1)) / ln(1.05))::int, count(*)
FROM ai_routing_ledgerentry AS entry
CROSS JOIN LATERAL (
    VALUES ('whole', entry.latency_ms), ('first', entry.first_token_ms)
) AS measured (name, milliseconds)
WHERE {WITHIN} AND {ASKED} AND entry.outcome = 'completed' AND measured.milliseconds IS NOT NULL
GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608  # made of the constants above

# The calls that stand out: the first of each day in either order.
FIRST: Final = f"""
SELECT day, id, latency_ms, cost_micro_usd, slow, dear FROM (
    SELECT {DAY} AS day, entry.id, entry.latency_ms, entry.cost_micro_usd,
        row_number() OVER (PARTITION BY {DAY} ORDER BY entry.latency_ms DESC, entry.id) AS slow,
        row_number() OVER (PARTITION BY {DAY} ORDER BY entry.cost_micro_usd DESC NULLS LAST, entry.id) AS dear
    FROM ai_routing_ledgerentry AS entry
    WHERE {WITHIN} AND entry.kind <> 'correction' AND entry.cache = 'none' AND entry.outcome <> 'circuit_open'
) AS ranked
WHERE slow <= %(most)s OR dear <= %(most)s
"""  # noqa: S608  # made of the constants above
