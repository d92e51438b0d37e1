"""The deployments of both tiers, all well, and the task types that are always premium."""

from __future__ import annotations

from ai_routing.catalogue import Deployment, Provider, Tier
from ai_routing.routing import Health, TaskType

ECONOMY = (Deployment(Provider.AZURE, "gpt-4o-mini"), Deployment(Provider.OPENAI, "gpt-4o-mini"))
PREMIUM = (Deployment(Provider.AZURE, "gpt-4o"), Deployment(Provider.OPENAI, "gpt-4o"))
HEALTHY = Health(chains={Tier.ECONOMY: ECONOMY, Tier.PREMIUM: PREMIUM})

SENSITIVE = {TaskType.COMPLIANCE, TaskType.LEGAL}
