from ai_routing.models.assistant import Conversation, Turn
from ai_routing.models.caching import CachedAnswer
from ai_routing.models.ledger import Cache, LedgerEntry, PromptRecord
from ai_routing.models.operations import RouterEvaluation, RoutingOverride
from ai_routing.models.team import Proposal, Run, Step

__all__ = [
    "Cache",
    "CachedAnswer",
    "Conversation",
    "LedgerEntry",
    "PromptRecord",
    "Proposal",
    "RouterEvaluation",
    "RoutingOverride",
    "Run",
    "Step",
    "Turn",
]
