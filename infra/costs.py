"""What a month in AWS costs, by service and by number of accounts: `python -m infra.costs` prints docs/scale.md's tables.

Everything that is put in is in `costs.toml`: prices with their source and date, what is assumed of people, and the sizes.
"""

from __future__ import annotations

import math
import sys
import tomllib
from dataclasses import dataclass
from typing import Any, Final

from infra import stacks

HOURS: Final = 730
DAYS: Final = 30
SECONDS: Final = HOURS * 3600
GIB: Final = 1 << 20
"""Kilobytes of a gigabyte."""

ZONES: Final = 2
FREE_EDGE_GB: Final = 1024
FREE_EDGE_MILLIONS: Final = 10
FIRST_EDGE_GB: Final = 10 * 1024
BUSY: Final = 0.6
"""How much of a core is used before another task is started: the target of infra/stacks/process.yaml."""

ENDPOINTS: Final = 4
SECRETS: Final = 11
ALARMS: Final = 35
METRICS: Final = 11
BUILD_MINUTES: Final = 60 * 40


@dataclass(frozen=True, slots=True)
class Load:
    """What a number of accounts does in a month."""

    requests: float
    texts: float
    edge_requests: float
    edge_gb: float
    web_vcpu: float
    text_vcpu: float
    media_gb: float
    database_gb: float
    mails: float
    log_gb: float
    model_gb: float


def read() -> dict[str, Any]:
    return tomllib.loads((stacks.HERE / "costs.toml").read_text(encoding="utf-8"))


def load(accounts: int, people: dict[str, float]) -> Load:
    """Return what is to be carried; processors are those that are busy on average."""
    active = accounts * people["active_share"]
    own = active * people["requests_a_day"] * DAYS
    views = active * people["public_views_a_day"] * DAYS
    texts = active * people["texts_a_day"] * DAYS
    requests = own + views * (1 - people["edge_hits"])
    return Load(
        requests=requests,
        texts=texts,
        edge_requests=own + views,
        edge_gb=(own + views) * people["page_kb"] / GIB + active * people["media_gb_a_month_shown"],
        web_vcpu=requests * people["busy_vcpu_ms_a_request"] / 1_000 / SECONDS,
        text_vcpu=texts * people["busy_vcpu_ms_a_text"] / 1_000 / SECONDS,
        media_gb=active * people["media_gb_a_year"],
        database_gb=texts * 12 * people["kb_a_text_in_database"] / GIB,
        mails=active * people["mails_a_month"],
        log_gb=requests * people["log_kb_a_request"] / GIB,
        model_gb=texts * people["model_kb_a_text"] / GIB,
    )


def processors(of: Load, size: dict[str, Any]) -> float:
    """Return the vCPUs that run on average: the least of each kind, and what is busy above it."""
    least = {name: stacks.settings_of("production")["process"][name] for name in FIXED}
    fixed = sum(int(one.get("Least", 1)) * int(one["Cpu"]) / 1024 for one in least.values())
    pooler = float(stacks.settings_of("production")["PoolerTasks"]) * 0.5
    web = max(float(size["least_web"]), of.web_vcpu / BUSY)
    texts = max(1.0, of.text_vcpu / BUSY)
    return fixed + pooler + web + texts


FIXED: Final = ("worker-publishing", "worker-background", "worker-media", "worker-backups", "beat")


def services(accounts: int) -> dict[str, float]:
    """Return the dollars a month of each service."""
    told = read()
    size, of = told["sizes"][str(accounts)], load(accounts, told["people"])
    price = {name: one["price"] for name, one in told["prices"].items()}
    vcpu = processors(of, size)
    disk = max(size["database_gb"], of.database_gb)
    servers = 2 + size["replica"]
    balancer_units = max(of.edge_gb / HOURS, of.requests / SECONDS / 25)
    return {
        "Fargate": HOURS * vcpu * (price["fargate_vcpu"] + 2 * price["fargate_gb"]),
        "RDS PostgreSQL": HOURS * price[size["database"]] * servers
        + disk * servers * price["rds_disk"]
        + disk * price["rds_backup"],
        "ElastiCache": HOURS * price[size["cache"]] * 2,
        "CloudFront and WAF": edge(of, price),
        "S3": of.media_gb * price["store_gb"]
        + of.media_gb / 12 * told["people"]["writes_a_media_gb"] / 1e6 * price["store_writes"],
        "Load balancer": HOURS * (price["balancer"] + balancer_units * price["balancer_unit"]),
        "Network": HOURS * (price["nat"] * ZONES + price["endpoint"] * ENDPOINTS * ZONES)
        + of.model_gb * price["nat_gb"],
        "CloudWatch": of.log_gb * price["logs_gb"] + ALARMS * price["alarm"] + METRICS * price["metric"],
        "SES": of.mails / 1_000 * price["mails"],
        "Keys, secrets, builds": 2 * price["key"] + SECRETS * price["secret"] + BUILD_MINUTES * price["build_minute"],
    }


def edge(of: Load, price: dict[str, float]) -> float:
    paid = max(0.0, of.edge_gb - FREE_EDGE_GB)
    millions = of.edge_requests / 1e6
    return (
        min(paid, FIRST_EDGE_GB) * price["edge_gb"]
        + max(0.0, paid - FIRST_EDGE_GB) * price["edge_gb_next"]
        + max(0.0, millions - FREE_EDGE_MILLIONS) * price["edge_requests"]
        + price["wall"]
        + millions * price["wall_requests"]
    )


def sheet() -> str:
    """Return the table of costs, as Markdown."""
    sizes = [int(size) for size in read()["sizes"]]
    columns = [services(size) for size in sizes]
    totals = [sum(column.values()) for column in columns]
    return "\n".join(
        [
            "| service | " + " | ".join(f"{size:,} accounts" for size in sizes) + " |",
            "|---|" + "---|" * len(sizes),
            *(f"| {name} | " + " | ".join(f"{column[name]:,.0f}" for column in columns) + " |" for name in columns[0]),
            "| **together, USD a month** | " + " | ".join(f"**{total:,.0f}**" for total in totals) + " |",
            "| of an account, USD | "
            + " | ".join(f"{total / size:.3f}" for total, size in zip(totals, sizes, strict=True))
            + " |",
        ]
    )


def what_is_carried() -> str:
    """Return the table of what the sizes have to carry, as Markdown."""
    told = read()
    sizes = [int(size) for size in told["sizes"]]
    loads = [load(size, told["people"]) for size in sizes]
    peak = told["people"]["peak"]
    rows = {
        "requests that reach Huntaze, a second, in the busiest minute": [of.requests / SECONDS * peak for of in loads],
        "vCPUs of web processes then": [math.ceil(of.web_vcpu * peak / BUSY) for of in loads],
        "texts a second then": [of.texts / SECONDS * peak for of in loads],
        "vCPUs that run on average, all processes": [
            processors(of, told["sizes"][str(size)]) for of, size in zip(loads, sizes, strict=True)
        ],
        "GB in PostgreSQL after a year": [of.database_gb for of in loads],
        "GB of media after a year": [of.media_gb for of in loads],
        "GB through the edge, a month": [of.edge_gb for of in loads],
    }
    return "\n".join(
        [
            "| | " + " | ".join(f"{size:,} accounts" for size in sizes) + " |",
            "|---|" + "---|" * len(sizes),
            *(f"| {name} | " + " | ".join(figure(one) for one in row) + " |" for name, row in rows.items()),
        ]
    )


def figure(number: float) -> str:
    return f"{number:,.0f}" if number >= 10 or number == int(number) else f"{number:.1f}"


def prices() -> str:
    """Return the table of prices, as Markdown."""
    return "\n".join(
        [
            "| price | USD | of | source | date |",
            "|---|---|---|---|---|",
            *(
                f"| {name.replace('_', ' ')} | {one['price']:g} | {one['unit']} | {one['source']} | {one['date'] or '–'} |"
                for name, one in read()["prices"].items()
            ),
        ]
    )


def main() -> int:
    sys.stdout.write(f"{what_is_carried()}\n\n{sheet()}\n\n{prices()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
