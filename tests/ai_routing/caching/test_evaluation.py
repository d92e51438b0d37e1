from __future__ import annotations

import json
from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from ai_routing.caching import evaluation, policy
from ai_routing.caching.evaluation import Pair, Rate, Scored
from tests.ai_routing.caching.questions import EMBEDS
from tests.fakes.openai_server import Fault, OpenAIServer


def pair(topic: str, *, same: bool) -> Pair:
    return Pair(topic, "en", "same" if same else "different", "paraphrase" if same else "topic", "a", "b")


def fitting(*, wanted: bool) -> str:
    """Return a topic of the half that thresholds are fitted on, or of the other."""
    return next(topic for topic in map(str, range(100)) if pair(topic, same=True).is_for_fitting is wanted)


FIT, CHECK = fitting(wanted=True), fitting(wanted=False)


def run(model: str = str(EMBEDS)) -> str:
    out = StringIO()
    call_command("evaluate_semantic_cache", model=model, stdout=out)
    return out.getvalue()


# --- The pairs ------------------------------------------------------------------------------------------------------


def test_there_are_enough_pairs_of_each_kind() -> None:
    reasons = Counter(each.reason for each in evaluation.pairs())

    assert len(evaluation.pairs()) >= 240
    assert reasons["paraphrase"] >= 100
    assert all(reasons[reason] >= 10 for reason in evaluation.REASONS)
    assert set(reasons) == {"paraphrase", *evaluation.REASONS}
    assert {each.language for each in evaluation.pairs()} == {"en", "fr"}


def test_labels_and_reasons_agree_and_no_pair_comes_twice() -> None:
    assert all((each.label == "same") == (each.reason == "paraphrase") for each in evaluation.pairs())
    assert {each.label for each in evaluation.pairs()} == {"same", "different"}
    assert all(each.a != each.b for each in evaluation.pairs())
    assert max(Counter(frozenset((each.a, each.b)) for each in evaluation.pairs()).values()) == 1


def test_each_half_has_enough_of_each_label() -> None:
    halves = Counter((each.is_for_fitting, each.label) for each in evaluation.pairs())

    assert min(halves.values()) >= 50


# --- The arithmetic -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hits", "of", "expected"),
    [(0, 10, (0.0, 0.2775)), (5, 10, (0.2366, 0.7634)), (10, 10, (0.7225, 1.0)), (0, 0, (0.0, 1.0))],
)
def test_the_interval_is_wilsons(hits: int, of: int, expected: tuple[float, float]) -> None:
    assert Rate(hits, of).interval == pytest.approx(expected, abs=1e-4)


def test_cosine() -> None:
    assert evaluation.cosine((1.0, 0.0), (0.0, 2.0)) == 0
    assert evaluation.cosine((3.0, 4.0), (6.0, 8.0)) == pytest.approx(1)


def test_the_lowest_threshold_without_a_false_hit_is_recommended() -> None:
    scored = [
        Scored(pair(FIT, same=False), 0.71, is_let_through=True),
        Scored(pair(FIT, same=False), 0.99, is_let_through=False),
        Scored(pair(CHECK, same=True), 0.8, is_let_through=True),
        Scored(pair(CHECK, same=True), 0.9, is_let_through=False),
        Scored(pair(CHECK, same=False), 0.7, is_let_through=True),
    ]
    found = evaluation.recommend(scored)

    assert found == evaluation.Recommendation(0.72, hits=Rate(1, 2), false_hits=Rate(0, 1))
    assert found.is_safe


def test_what_does_not_hold_on_the_other_half_is_not_safe() -> None:
    scored = [
        Scored(pair(FIT, same=False), 0.6, is_let_through=True),
        Scored(pair(CHECK, same=False), 0.7, is_let_through=True),
    ]
    found = evaluation.recommend(scored)

    assert found is not None
    assert not found.is_safe


def test_nothing_is_recommended_where_nothing_helps() -> None:
    assert evaluation.recommend([Scored(pair(FIT, same=False), 1.0, is_let_through=True)]) is None


# --- The command ----------------------------------------------------------------------------------------------------


def test_the_command_refuses_what_it_measured_as_unsafe(embeds: OpenAIServer) -> None:
    # The vectors of the tests know nothing of meaning, so topics get through below 0.9.
    with pytest.raises(CommandError, match="does not hold on the other half"):
        run()


def test_the_command_prints_a_setting_that_can_be_used(embeds: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "THRESHOLDS", (0.9, 0.95))

    report = run()

    assert "False hits by reason" in report
    entry = json.loads(report.partition("HUNTAZE_SEMANTIC_THRESHOLDS=")[2])
    threshold = policy.read(str(EMBEDS), entry[str(EMBEDS)])
    assert threshold.similarity == 0.9
    assert evaluation.pairs_digest()[:12] in threshold.measured


def test_the_command_says_what_is_missing(embeds: OpenAIServer) -> None:
    with pytest.raises(CommandError, match="HUNTAZE_EMBEDDING_MODEL"):
        run("")
    with pytest.raises(CommandError, match="write provider:model"):
        run("text-embedding-3-small")


def test_the_command_says_why_the_provider_failed(embeds: OpenAIServer) -> None:
    embeds.script(Fault.BAD_KEY, endpoint="embeddings")

    with pytest.raises(CommandError, match="401"):
        run()
