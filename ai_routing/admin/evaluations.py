from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.readonly_admin import ReadOnlyAdmin
from ai_routing.models import RouterEvaluation

ROUTER: Final = "router"
UNKNOWN: Final = "–"


@admin.register(RouterEvaluation)
class RouterEvaluations(ReadOnlyAdmin[RouterEvaluation]):
    list_display = (
        "created_at",
        "router",
        "dataset",
        "rows",
        "task_accuracy",
        "complexity_error",
        "premium_precision",
        "premium_recall",
        "premium_auroc",
    )
    ordering = ("-created_at", "-id")
    fields = ("created_at", "router", "dataset", "dataset_sha256", "rows", "figures")

    class Media:
        css = {"all": ["ai_routing/reports.css"]}

    @admin.display(description=_("task type, accuracy"))
    def task_accuracy(self, evaluation: RouterEvaluation) -> str:
        return headline(evaluation, "task type, accuracy")

    @admin.display(description=_("complexity, mean error"))
    def complexity_error(self, evaluation: RouterEvaluation) -> str:
        return headline(evaluation, "complexity, mean absolute error")

    @admin.display(description=_("premium, precision"))
    def premium_precision(self, evaluation: RouterEvaluation) -> str:
        return headline(evaluation, "premium, precision")

    @admin.display(description=_("premium, recall"))
    def premium_recall(self, evaluation: RouterEvaluation) -> str:
        return headline(evaluation, "premium, recall")

    @admin.display(description=_("premium, AUROC"))
    def premium_auroc(self, evaluation: RouterEvaluation) -> str:
        return headline(evaluation, "premium, AUROC")

    @admin.display(description=_("figures"))
    def figures(self, evaluation: RouterEvaluation) -> SafeString:
        return render_to_string("admin/ai_routing/evaluation.html", readable(evaluation.metrics))


def headline(evaluation: RouterEvaluation, metric: str) -> str:
    """Return the router's figure with its confidence interval; a dash where an evaluation has none."""
    return interval(part(part(part(evaluation.metrics, "figures"), metric), ROUTER))


def readable(metrics: Any) -> dict[str, Any]:
    """Return the parts of an evaluation as tables of text. What is not there is left out."""
    figures, gains = part(metrics, "figures"), part(metrics, "gains")
    # jsonb keeps no order: the router stands first, and the rivals in one order.
    predictors = sorted(
        {name for row in figures.values() for name in part(row)}, key=lambda name: (name != ROUTER, name)
    )
    rivals = sorted({name for row in gains.values() for name in part(row)})
    return {
        "predictors": predictors,
        "rivals": rivals,
        "figures": [
            (
                metric,
                [interval(part(row, name)) for name in predictors]
                + [interval(part(part(gains, metric), name)) for name in rivals],
            )
            for metric, row in sorted(figures.items())
        ],
        "calibration": [
            (row.get("predicted"), row.get("prompts"), interval(part(row, "labelled")))
            for row in (metrics.get("calibration") or [] if isinstance(metrics, Mapping) else [])
            if isinstance(row, Mapping)
        ],
        "others": [(name, number(value)) for name, value in sorted(part(metrics, "others").items())],
        "kappa": number(metrics.get("kappa")) if isinstance(metrics, Mapping) else UNKNOWN,
        "labelled_twice": metrics.get("labelled_twice") if isinstance(metrics, Mapping) else None,
    }


def part(whole: Any, name: str | None = None) -> Mapping[str, Any]:
    """Return the object under `name`, or `whole` itself; empty where it is none, as in what older routers left."""
    found = whole.get(name) if name is not None and isinstance(whole, Mapping) else whole
    return found if isinstance(found, Mapping) else {}


def interval(found: Mapping[str, Any]) -> str:
    if not {"value", "low", "high"} <= found.keys():
        return UNKNOWN
    return f"{number(found['value'])} ({number(found['low'])} – {number(found['high'])})"


def number(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, int | float) else UNKNOWN
