"""The checks of a draft, on labelled drafts: no good one is flagged, each defect is found, quickly and whatever is sent."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_routing import drafts
from ai_routing.draft_checks import forbidden, language, length, refusal, schema
from ai_routing.drafts import UNDELIVERABLE, DraftFault, Expectations
from ai_routing.routing import OutputLength

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PREFIXES = {
    name: (ROOT / "ai_routing" / "prompts" / "templates" / f"writer.{name}.v1.txt").read_text(encoding="utf-8")
    for name in ("en", "fr")
}
ENGLISH = Expectations("en", OutputLength.SHORT)
FRENCH = Expectations("fr", OutputLength.SHORT)
TEXT = "Rain on the roof, coffee going cold, and a folder that stays shut until nine."


@dataclass(frozen=True)
class Sample:
    text: str
    expectations: Expectations
    finish_reason: str
    faults: tuple[DraftFault, ...]

    def found(self) -> tuple[DraftFault, ...]:
        return drafts.faults(self.text, self.expectations, finish_reason=self.finish_reason)


def sample(row: dict[str, Any]) -> Sample:
    return Sample(
        row["text"],
        Expectations(
            language=row["language"],
            output_length=OutputLength(row["length"]),
            platform=row["platform"],
            response_schema=row.get("schema"),
            banned=tuple(row.get("banned", ())),
            never_say=tuple(row.get("never_say", ())),
            protected=PREFIXES["fr" if row["language"] == "fr" else "en"],
            is_document=row.get("document", False),
        ),
        row.get("finish_reason", "stop"),
        tuple(DraftFault(fault) for fault in row["faults"]),
    )


def read() -> list[Sample]:
    lines = (HERE / "drafts_samples.jsonl").read_text(encoding="utf-8").splitlines()
    return [sample(json.loads(line)) for line in lines]


SAMPLES = read()
GOOD = [sample for sample in SAMPLES if not sample.faults]
DEFECTIVE = [sample for sample in SAMPLES if sample.faults]


@pytest.mark.parametrize("good", GOOD, ids=lambda sample: sample.text[:30])
def test_no_good_draft_is_flagged(good: Sample) -> None:
    assert good.found() == ()


@pytest.mark.parametrize("defective", DEFECTIVE, ids=lambda sample: f"{sample.faults[0]}: {sample.text[:30]}")
def test_each_defect_is_found_and_no_other(defective: Sample) -> None:
    assert defective.found() == defective.faults


def test_there_are_samples_of_everything() -> None:
    languages = Counter(sample.expectations.language for sample in SAMPLES)
    faults = Counter(fault for sample in SAMPLES for fault in sample.faults)

    assert len({sample.text for sample in SAMPLES}) >= 350
    assert len(GOOD) >= 180
    assert min(languages["en"], languages["fr"]) >= 80
    assert min(faults[fault] for fault in DraftFault) >= 5


def test_the_figures_of_the_page_are_those_of_the_samples() -> None:
    page = (ROOT / "docs" / "drafts.md").read_text(encoding="utf-8")
    for fault in DraftFault:
        having = [sample for sample in SAMPLES if fault in sample.faults]
        flagged = [sample for sample in SAMPLES if fault in sample.found()]
        right = [sample for sample in flagged if fault in sample.faults]
        precision, recall = (len(right) / len(group) for group in (flagged, having))
        row = f"| `{fault}` | {len(having)} | {len(right)} | {len(flagged) - len(right)} | {precision:.2f} | {recall:.2f} |"
        assert row in page

    assert f"{len(SAMPLES)} drafts, {len(GOOD)} of them good" in re.sub(r"\s+", " ", page)


def test_what_must_never_be_shown() -> None:
    assert {"schema", "banned_word", "never_say", "leak"} == UNDELIVERABLE


def test_a_draft_may_have_several_faults_in_the_order_of_the_list() -> None:
    expected = Expectations("fr", OutputLength.SHORT, platform="x", banned=("free",))

    found = drafts.faults(f"Caption: It is free! {TEXT} {TEXT}", expected, finish_reason="length")

    assert found == ("language", "format", "banned_word", "repetition", "truncated")


def test_without_wishes_only_what_is_wrong_anywhere_is_found() -> None:
    nothing = Expectations(None, None)

    assert drafts.faults("Ja", nothing) == ()
    assert drafts.faults("word, ".join(map(str, range(2_000))), nothing) == ()
    assert drafts.faults("", nothing) == ("too_short",)


@pytest.mark.parametrize("asked_for", ["nl", "", "EN", "klingon", None])
def test_a_language_that_is_not_judged_is_let_pass(asked_for: str | None) -> None:
    assert drafts.faults(TEXT, Expectations(asked_for, OutputLength.SHORT)) == ()


def test_a_good_draft_does_not_load_the_language_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "load", lambda: pytest.fail("loaded"))

    assert not language.is_wrong(TEXT, "en")
    assert not language.is_wrong("La pluie sur le toit, et un dossier fermé jusqu'à neuf heures.", "fr")


def test_threads_that_need_the_language_model_at_once_load_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    language.loaded.cache_clear()
    start = threading.Barrier(4)
    found: list[bool] = []

    def judge() -> None:
        start.wait()
        found.append(language.is_wrong(TEXT, "fr"))

    threads = [threading.Thread(target=judge) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [True] * 4
    assert language.loaded.cache_info().misses == 1


@pytest.mark.parametrize("name", language.LANGUAGES)
def test_the_word_lists_are_clean(name: str) -> None:
    small = language.small_words()[name]

    assert len(small) > 90
    assert all(word == word.lower() for word in small)


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("abc", 3),
        ("é" * 10, 10),
        ("🔥", 2),
        ("👩‍👩‍👧", 2),
        ("❤️", 2),
        ("👍🏽", 2),
        ("🇫🇷", 2),
        ("日本", 4),
        ("see https://example.org/" + "a" * 300, 27),
    ],
)
def test_x_counts_in_its_own_way(text: str, counted: int) -> None:
    assert length.on_x(text) == counted


@pytest.mark.parametrize(
    ("platform", "longest"), [("x", 280), ("threads", 500), ("tiktok", 165), ("instagram", 2_200), ("generic", 10_000)]
)
def test_the_limit_of_a_platform_is_exact(platform: str, longest: int) -> None:
    assert not length.exceeds_platform("a" * longest, platform)
    assert length.exceeds_platform("a" * (longest + 1), platform) is (platform != "generic")


def test_hashtags_after_a_tiktok_text_are_not_counted() -> None:
    assert not length.exceeds_platform("a" * 165 + "\n#one #two #three", "tiktok")


def test_a_reddit_title_has_a_limit() -> None:
    assert length.exceeds_platform("a" * 301 + "\n\nbody", "reddit")
    assert not length.exceeds_platform("a" * 300 + "\n\n" + "b" * 3_000, "reddit")


@pytest.mark.parametrize(
    ("term", "text", "said"),
    [
        ("abonnement", "L'abonnement", True),
        ("abonnement", "d’abonnement", True),
        ("abonnement", "abonnements", False),
        ("hui", "aujourd'hui", False),
        ("can", "I can't", False),
        ("marie", "Marie’s", True),
        ("vip", "'VIP'", True),
        ("vip", "#vip", True),
        ("vip", "vip_room", False),
        ("été", "ÉTÉ", True),
        ("été", "étéindre", False),
        ("straße", "STRASSE", True),
        ("link in bio", "link-in\nbio", True),
        ("100 %", "à 100 % vrai", True),
        ("c++", "I write C++.", True),
        ("18+", "only 18+ here", True),
        ("be\u200bst", "the best", True),
        ("best", "the be\u00adst", True),
        ("a.b", "axb", False),
        ("  ", "anything", False),
        ("", "anything", False),
        ("-", "anything", False),
    ],
)
def test_forbidden_terms_are_whole_words_in_any_spelling(term: str, text: str, said: bool) -> None:
    assert forbidden.says(text, ("unheard of", term)) is said


@pytest.mark.parametrize(
    "text",
    [
        "I can't wait", "I can't believe it", "I cannot thank you enough", "Can't talk, filming!",
        "Sorry, I can't post the whole video here", "I'm sorry for the delay, I couldn't find the light",
        "I won't create a scene, I promise. Sorry, Mum.", "Je ne peux pas attendre", "Je n'en peux plus de rire",
        "Désolée, je ne peux pas venir", "Je ne peux pas vous dire où, c'est un secret",
        "Désolée pour le silence, je ne pouvais pas écrire", "Je ne veux pas créer de malentendu",
        "Il m'est impossible d'oublier cette soirée", "I can write, but I can't dance",
    ],
)  # fmt: skip
def test_a_creators_own_cannot_is_no_refusal(text: str) -> None:
    assert not refusal.is_found(text)


def test_a_refusal_that_somebody_quotes_late_in_a_long_text_is_part_of_it() -> None:
    assert not refusal.is_found("We laughed for an hour. " * 20 + "I'm sorry, but I can't assist with that request.")


@pytest.mark.parametrize(
    "broken",
    [
        {"type": 5},
        {"$ref": "https://example.org/schema.json"},
        {"$ref": "#/nowhere"},
        {"$ref": "#"},
        {"$defs": {"a": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"},
    ],
)
def test_a_schema_that_nothing_can_be_held_to_is_never_met_and_nothing_is_fetched(broken: dict[str, Any]) -> None:
    assert schema.is_broken("{}", broken)


def test_json_that_is_too_deep_is_broken() -> None:
    assert schema.is_broken("[" * 200_000, {"type": "array"})


TEXTS = st.text(max_size=300) | st.text(alphabet="ab .!#*_`[]()'\"«»|\n-🔥é’1", max_size=300)


@settings(max_examples=300, deadline=None)
@given(
    text=TEXTS,
    expectations=st.builds(
        Expectations,
        language=st.none() | st.sampled_from([*language.LANGUAGES, "xx"]),
        output_length=st.none() | st.sampled_from(OutputLength),
        platform=st.sampled_from(["generic", "x", "tiktok", "threads", "instagram", "reddit", "email", "new"]),
        response_schema=st.none() | st.just({"type": "object"}),
        banned=st.lists(st.text(max_size=12), max_size=3).map(tuple),
        never_say=st.lists(st.text(max_size=12), max_size=3).map(tuple),
        protected=TEXTS,
        is_document=st.booleans(),
    ),
    finish_reason=st.sampled_from(["stop", "length", "", "content_filter"]),
)
def test_any_text_is_judged_and_twice_the_same(text: str, expectations: Expectations, finish_reason: str) -> None:
    found = drafts.faults(text, expectations, finish_reason=finish_reason)

    assert found == drafts.faults(text, expectations, finish_reason=finish_reason)
    assert list(found) == [fault for fault in DraftFault if fault in found]


PATHS_TO_SLOWNESS = [
    "#", "**", "a ", "je ne peux pas ", "i can't write ", "i can't write content ", "here is ", "| |", "|\n", " \n", "[",
    "[a](http", "'", "#a ", "_", "@a.", "{{", "https://", "🔥 ", "-a", "l'", "\u0301", "sorry ", "hashtag", ". . ", "“",
]  # fmt: skip


@pytest.mark.parametrize("piece", PATHS_TO_SLOWNESS)
def test_no_text_makes_the_checks_hang(piece: str) -> None:
    # Five times the longest answer: what tries the same text again and again runs into the time-out of the tests.
    text = piece * (20_000 // len(piece))
    expected = Expectations("en", OutputLength.LONG, banned=("some word", "l'abonnement"), protected=PREFIXES["en"])

    found = drafts.faults(text, expected)

    assert {DraftFault.TOO_LONG, DraftFault.TOO_SHORT} & set(found)
