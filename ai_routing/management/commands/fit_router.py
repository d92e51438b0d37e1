from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from ai_routing import weights
from ai_routing.evaluation import dataset, fitting


class Command(BaseCommand):
    help = "Fit the router's models on the fit split of the evaluation set, and write their weights."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--output", type=Path, default=weights.PATH, help="the file to write (default: the router's)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        prompts = dataset.fit_split()
        fitted = fitting.fit(prompts)
        options["output"].write_text(as_text(fitted), encoding="utf-8")
        self.stdout.write(f"{fitted['name']}: {len(fitted['task'])} features from {len(prompts)} prompts.")


def as_text(fitted: dict[str, Any]) -> str:
    """Return the weights as JSON with a line for each feature, so that a change can be read."""
    parts = []
    for name, value in fitted.items():
        if isinstance(value, dict):
            lines = ",\n".join(f"    {json.dumps(key)}: {json.dumps(entry)}" for key, entry in value.items())
            parts.append(f"  {json.dumps(name)}: {{\n{lines}\n  }}")
        else:
            parts.append(f"  {json.dumps(name)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"
