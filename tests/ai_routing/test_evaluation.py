"""The evaluation set keeps its promises, and the router is as good on it as docs/router.md says."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import call_command

from ai_routing import weights
from ai_routing.evaluation import dataset, fitting, judging, metrics, report
from ai_routing.evaluation.dataset import Prompt
from ai_routing.models import RouterEvaluation
from ai_routing.routing import Need, TaskType

DOCS = Path(__file__).parent.parent.parent / "docs" / "router.md"


@pytest.fixture(scope="module")
def prompts() -> list[Prompt]:
    return dataset.read()


@pytest.fixture(scope="module")
def verdict() -> judging.Verdict:
    return judging.judge()


# --- The data ------------------------------------------------------------------------------------------------------


def test_there_are_enough_prompts_of_each_kind(prompts: list[Prompt]) -> None:
    languages = Counter(prompt.language for prompt in prompts)

    assert len(prompts) >= 480
    assert len({prompt.topic for prompt in prompts}) >= 40
    assert set(languages) == {"fr", "en"}
    assert min(languages.values()) / len(prompts) > 0.45
    assert {prompt.complexity for prompt in prompts} == set(range(1, 11))
    assert {need for prompt in prompts for need in prompt.needs} == set(Need)
    for split in (dataset.fit_split(), dataset.held_out()):
        assert min(Counter(prompt.task_type for prompt in split).values()) >= 10
        assert {prompt.task_type for prompt in split} == set(TaskType)


def test_ids_and_texts_are_told_apart(prompts: list[Prompt]) -> None:
    assert len({prompt.id for prompt in prompts}) == len(prompts)
    assert len({prompt.text.casefold() for prompt in prompts}) == len(prompts)
    assert all(prompt.text == prompt.text.strip() != "" for prompt in prompts)


def test_the_split_is_by_the_hash_of_the_topic(prompts: list[Prompt]) -> None:
    for prompt in prompts:
        number = int(hashlib.sha256(prompt.topic.encode()).hexdigest()[:8], 16)
        assert prompt.is_held_out is (number % 5 < 2)
    assert len(dataset.fit_split()) + len(dataset.held_out()) == len(prompts)


def test_no_held_out_prompt_is_nearly_one_of_the_others() -> None:
    seen = [triples(prompt.text) for prompt in dataset.fit_split()]
    for prompt in dataset.held_out():
        own = triples(prompt.text)
        if own:
            assert max(len(own & other) / len(own | other) for other in seen) < 0.3, prompt.text


def triples(text: str) -> set[tuple[str, ...]]:
    words = text.casefold().split()
    return set(zip(words, words[1:], words[2:], strict=False))


def test_enough_prompts_were_labelled_twice(verdict: judging.Verdict) -> None:
    assert verdict.labelled_twice >= 120
    assert verdict.kappa > 0.8


# --- The fit -------------------------------------------------------------------------------------------------------


def test_the_committed_weights_are_those_of_the_fit_split() -> None:
    fitted = fitting.fit(dataset.fit_split())
    committed = json.loads(weights.PATH.read_text(encoding="utf-8"))

    assert fitted["name"] == committed["name"]
    assert fitted["tasks"] == committed["tasks"]
    # Another processor may round the last digit otherwise.
    for table in ("base", "complexity", "critical"):
        assert fitted[table] == pytest.approx(committed[table], abs=0.02)
    assert fitted["task"].keys() == committed["task"].keys()
    for feature, row in fitted["task"].items():
        assert row == pytest.approx(committed["task"][feature], abs=20), feature


def test_the_fit_command_writes_what_the_router_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("fit_router", output=tmp_path / "weights.json")

    assert weights.read(tmp_path / "weights.json").name == weights.read().name
    assert "features from" in capsys.readouterr().out


# --- The verdict ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("metric", [metric.name for metric in judging.METRICS])
@pytest.mark.parametrize("other", ["length", "chance"])
def test_the_router_is_better_beyond_doubt(verdict: judging.Verdict, metric: str, other: str) -> None:
    assert verdict.gains[metric][other].low > 0


def test_the_router_is_as_good_as_it_was(verdict: judging.Verdict) -> None:
    figures = {name: row[judging.ROUTER].value for name, row in verdict.figures.items()}

    assert figures["task type, accuracy"] >= 0.78
    assert figures["complexity, mean absolute error"] <= 0.6
    assert figures["premium, AUROC"] >= 0.9
    assert figures["premium, precision"] >= 0.8
    assert verdict.others["critical, precision"] >= 0.75
    assert verdict.others["critical, recall"] >= 0.4


def test_predicted_complexity_means_what_it_says(verdict: judging.Verdict) -> None:
    for row in verdict.calibration:
        if row["prompts"] >= 15:
            assert abs(row["labelled"]["value"] - row["predicted"]) < 0.75
    assert sum(row["prompts"] for row in verdict.calibration) == verdict.rows


def test_the_documentation_has_these_figures(verdict: judging.Verdict) -> None:
    assert report.as_markdown(verdict) in DOCS.read_text(encoding="utf-8")


@pytest.mark.django_db
def test_a_verdict_is_kept_when_asked_for(capsys: pytest.CaptureFixture[str], verdict: judging.Verdict) -> None:
    call_command("evaluate_router", "--json", "--store")

    printed = json.loads(capsys.readouterr().out)
    row = RouterEvaluation.objects.get()
    assert printed == row.metrics == json.loads(json.dumps(verdict.as_json()))
    assert (row.router, row.rows, row.dataset) == (verdict.router, verdict.rows, dataset.NAME)
    assert row.dataset_sha256 == hashlib.sha256(dataset.PATH.read_bytes()).hexdigest()


@pytest.mark.django_db
def test_a_verdict_is_only_printed_otherwise(capsys: pytest.CaptureFixture[str], verdict: judging.Verdict) -> None:
    call_command("evaluate_router")

    assert capsys.readouterr().out == report.as_markdown(verdict)
    assert not RouterEvaluation.objects.exists()


# --- The measures --------------------------------------------------------------------------------------------------


def test_measures_of_known_cases() -> None:
    assert metrics.accuracy("abca", "abcc") == 0.75
    assert metrics.macro_f1(["a", "a", "b", "b"], ["a", "b", "b", "b"]) == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert metrics.mean_absolute_error([1, 5], [2, 2]) == 2
    assert metrics.precision([True, True, False], [True, False, True]) == 0.5
    assert metrics.recall([True, False, False], [True, True, False]) == 0.5
    assert metrics.precision([False], [True]) == 0
    assert metrics.ranks([10, 30, 10, 20]) == [1.5, 4, 1.5, 3]
    assert metrics.spearman([1, 2, 3], [10, 20, 90]) == pytest.approx(1)
    assert metrics.spearman([1, 2, 3], [3, 2, 1]) == pytest.approx(-1)
    assert metrics.spearman([1, 1], [1, 2]) == 0
    assert metrics.auroc([0.1, 0.4, 0.35, 0.8], [False, False, True, True]) == 0.75
    assert metrics.auroc([1, 1], [True, False]) == 0.5
    assert metrics.auroc([1, 2], [True, True]) == 0.5


def test_kappa_weighs_a_disagreement_by_its_square() -> None:
    assert metrics.weighted_kappa([1, 2, 3], [1, 2, 3]) == 1
    assert metrics.weighted_kappa([1, 1], [1, 1]) == 1
    assert metrics.weighted_kappa([1, 2, 3, 4], [1, 2, 3, 3]) > metrics.weighted_kappa([1, 2, 3, 4], [1, 2, 3, 1])


def test_resamples_draw_whole_topics_and_are_the_same_each_time() -> None:
    topics = ["a", "b", "a", "c"]
    drawn = metrics.resamples(topics)

    assert drawn == metrics.resamples(topics)
    assert len(drawn) == metrics.RESAMPLES
    for sample in drawn:
        assert sample.count(0) == sample.count(2)
        assert sample.count(0) + sample.count(1) + sample.count(3) == 3


def test_an_interval_leaves_out_five_percent() -> None:
    found = metrics.spread(50, list(range(1_000)))

    assert (found.low, found.high) == (25, 974)
