"""Judge the router on the held-out prompts, beside prompt length and chance, with 95 % confidence intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from ai_routing import analysis
from ai_routing.evaluation import dataset, metrics, predictors
from ai_routing.evaluation.dataset import Prompt
from ai_routing.evaluation.metrics import Interval
from ai_routing.evaluation.predictors import Prediction

ROUTER: Final = "router"
Measure = Callable[[Sequence[Prediction], Sequence[Prompt]], float]


@dataclass(frozen=True, slots=True)
class Metric:
    """A measure of predictions against labels. `sign` is -1 where less is better."""

    name: str
    measure: Measure
    sign: int = 1


def task_accuracy(predictions: Sequence[Prediction], prompts: Sequence[Prompt]) -> float:
    return metrics.accuracy([one.task_type for one in predictions], [one.task_type for one in prompts])


def task_f1(predictions: Sequence[Prediction], prompts: Sequence[Prompt]) -> float:
    return metrics.macro_f1([one.task_type for one in predictions], [one.task_type for one in prompts])


def complexity_error(predictions: Sequence[Prediction], prompts: Sequence[Prompt]) -> float:
    return metrics.mean_absolute_error([one.complexity for one in predictions], [one.complexity for one in prompts])


def complexity_order(predictions: Sequence[Prediction], prompts: Sequence[Prompt]) -> float:
    return metrics.spearman([one.complexity for one in predictions], [one.complexity for one in prompts])


def premium_precision(predictions: Sequence[Prediction], prompts: Sequence[Prompt]) -> float:
    return metrics.precision([one.is_premium for one in predictions], [one.needs_premium for one in prompts])


def premium_recall(predictions: Sequence[Prediction], prompts: Sequence[Prompt]) -> float:
    return metrics.recall([one.is_premium for one in predictions], [one.needs_premium for one in prompts])


def premium_auroc(predictions: Sequence[Prediction], prompts: Sequence[Prompt]) -> float:
    return metrics.auroc([one.score for one in predictions], [one.needs_premium for one in prompts])


METRICS: Final = (
    Metric("task type, accuracy", task_accuracy),
    Metric("task type, macro F1", task_f1),
    Metric("complexity, mean absolute error", complexity_error, sign=-1),
    Metric("complexity, Spearman", complexity_order),
    Metric("premium, precision", premium_precision),
    Metric("premium, recall", premium_recall),
    Metric("premium, AUROC", premium_auroc),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How good the router was found to be.

    `figures` has an interval for each metric and predictor; `gains` the router's advantage over each of the others,
    paired, above 0 where it is better. `calibration` has a row for each predicted complexity.
    """

    router: str
    rows: int
    topics: int
    figures: Mapping[str, Mapping[str, Interval]]
    gains: Mapping[str, Mapping[str, Interval]]
    calibration: Sequence[Mapping[str, Any]]
    others: Mapping[str, float]
    kappa: float
    labelled_twice: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def judge() -> Verdict:
    """Return how good the router is on the held-out prompts. The same code and data give the same figures."""
    prompts, fitted_on = dataset.held_out(), dataset.fit_split()
    candidates = {
        ROUTER: predictors.router(prompts),
        "length": predictors.length(prompts, fitted_on),
        "chance": predictors.chance(prompts, fitted_on),
    }
    drawn = metrics.resamples([prompt.topic for prompt in prompts])
    figures, gains = {}, {}
    for metric in METRICS:
        values = {name: over(metric, made, prompts, drawn) for name, made in candidates.items()}
        figures[metric.name] = {name: metrics.spread(whole, parts) for name, (whole, parts) in values.items()}
        gains[metric.name] = {
            name: gain(values[ROUTER], other, metric.sign) for name, other in values.items() if name != ROUTER
        }
    twice = [prompt for prompt in dataset.read() if prompt.complexity_second is not None]
    return Verdict(
        router=analysis.WEIGHTS.name,
        rows=len(prompts),
        topics=len({prompt.topic for prompt in prompts}),
        figures=figures,
        gains=gains,
        calibration=calibration(candidates[ROUTER], prompts, drawn),
        others=others(candidates[ROUTER], prompts),
        kappa=metrics.weighted_kappa(
            [prompt.complexity for prompt in twice], [prompt.complexity_second or 0 for prompt in twice]
        ),
        labelled_twice=len(twice),
    )


def over(
    metric: Metric, predictions: Sequence[Prediction], prompts: Sequence[Prompt], drawn: Sequence[Sequence[int]]
) -> tuple[float, list[float]]:
    """Return the metric over all prompts, and over each resample of them."""
    parts = [
        metric.measure([predictions[index] for index in sample], [prompts[index] for index in sample])
        for sample in drawn
    ]
    return metric.measure(predictions, prompts), parts


def gain(mine: tuple[float, list[float]], other: tuple[float, list[float]], sign: int) -> Interval:
    return metrics.spread(
        sign * (mine[0] - other[0]), [sign * (one - two) for one, two in zip(mine[1], other[1], strict=True)]
    )


def calibration(
    predictions: Sequence[Prediction], prompts: Sequence[Prompt], drawn: Sequence[Sequence[int]]
) -> list[dict[str, Any]]:
    """Return, for each complexity that was predicted, how many prompts it was and the mean of their labels."""
    table = []
    for complexity in sorted({one.complexity for one in predictions}):
        labels = [p.complexity for one, p in zip(predictions, prompts, strict=True) if one.complexity == complexity]
        means = []
        for sample in drawn:
            found = [prompts[index].complexity for index in sample if predictions[index].complexity == complexity]
            if found:
                means.append(sum(found) / len(found))
        mean = metrics.spread(sum(labels) / len(labels), means)
        table.append({"predicted": complexity, "prompts": len(labels), "labelled": asdict(mean)})
    return table


def others(predictions: Sequence[Prediction], prompts: Sequence[Prompt]) -> dict[str, float]:
    """Return the remaining figures, for which no other predictor is worth a comparison."""
    found = [(analysis.analyse(prompt.text), prompt) for prompt in prompts]
    stated = [
        analysis.analyse(prompt.text, analysis.Stated(task_type=prompt.task_type)).complexity for prompt in prompts
    ]
    figures = {
        "critical, precision": metrics.precision([a.critical for a, _ in found], [p.critical for _, p in found]),
        "critical, recall": metrics.recall([a.critical for a, _ in found], [p.critical for _, p in found]),
        "critical, sent to premium": metrics.recall(
            [one.is_premium for one, prompt in zip(predictions, prompts, strict=True) if prompt.critical],
            [True for prompt in prompts if prompt.critical],
        ),
        "output length, accuracy": metrics.accuracy(
            [a.output_length for a, _ in found], [p.output_length for _, p in found]
        ),
        "language, accuracy": metrics.accuracy([a.language for a, _ in found], [p.language for _, p in found]),
        "needs, accuracy": metrics.accuracy([a.needs for a, _ in found], [p.needs for _, p in found]),
        "complexity, mean absolute error, task type stated": metrics.mean_absolute_error(
            stated, [prompt.complexity for prompt in prompts]
        ),
    }
    for language in ("en", "fr"):
        own = [(a, p) for a, p in found if p.language == language]
        figures[f"task type, accuracy, {language}"] = metrics.accuracy(
            [a.task_type for a, _ in own], [p.task_type for _, p in own]
        )
    return figures
