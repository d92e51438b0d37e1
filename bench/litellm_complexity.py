"""LiteLLM's complexity router, driven line by line by bench/router.py. Runs on the Python of litellm_venv.

Reads a JSON list of prompts and answers with the score of each, then answers each further line with the nanoseconds that
every decision took, as JSON.
"""

from __future__ import annotations

import importlib
import json
import sys
from time import perf_counter_ns
from typing import Any


def main() -> None:
    router = complexity_router()
    prompts = json.loads(sys.stdin.readline())
    for text in prompts:
        decide(router, text)
    print(json.dumps({"scores": [router.classify(text)[1] for text in prompts]}), flush=True)
    for _ in sys.stdin:
        times = []
        for text in prompts:
            begun = perf_counter_ns()
            decide(router, text)
            times.append(perf_counter_ns() - begun)
        print(json.dumps({"nanoseconds": times}), flush=True)


def complexity_router() -> Any:
    litellm = importlib.import_module("litellm")
    module = importlib.import_module("litellm.router_strategy.complexity_router.complexity_router")
    models = ("economy", "premium")
    deployments = [
        {"model_name": name, "litellm_params": {"model": f"openai/{name}", "api_key": "unused"}} for name in models
    ]
    tiers = {"SIMPLE": "economy", "MEDIUM": "economy", "COMPLEX": "premium", "REASONING": "premium"}
    return module.ComplexityRouter(
        model_name="auto",
        litellm_router_instance=litellm.Router(model_list=deployments),
        complexity_router_config={"tiers": tiers},
    )


def decide(router: Any, text: str) -> str:
    tier, _, _ = router.classify(text)
    return str(router.get_model_for_tier(tier))


if __name__ == "__main__":
    main()
