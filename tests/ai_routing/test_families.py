"""Who the model is for each kind of task: released words, long enough to be cached, with a manner of their own."""

from __future__ import annotations

import hashlib
import re

import pytest

from ai_routing import prompts, tokens
from ai_routing.prompts import families, voices
from ai_routing.routing import OutputLength, TaskType
from tests.ai_routing import sample

PREFIXES = sorted(path.stem for path in families.DIRECTORY.glob("*.txt"))
VOICES = sorted(path.stem for path in (families.DIRECTORY / "voice").glob("*.txt"))

# A released prefix never changes: ledger rows name it, and providers have it in their caches to the byte. Whoever wants
# other words adds a file with the next version and its sum here.
RELEASED = {
    "analyst.en.v1": "4bc18f515283356415390adb3421dc006238274d874430492695c141d0663602",
    "analyst.fr.v1": "a947aa57c34ebb1a965fbc12a8c96073d10d7047dfa174d4bcaa022cbfa6e39e",
    "assistant.en.v1": "40e8a11a34907fb57269f383acfb47e8c272295cf066a3b02d5bdd3e5556beb9",
    "assistant.fr.v1": "e6ad10f720f63bfcfed0535203540a272ae9128e58bfd87344ef1cfe245aabfa",
    "documenter.en.v1": "407be39a9900cdb24291c4387f9418952a4de5d6565360a21c4755f94b36a17c",
    "documenter.fr.v1": "3f87ed2b7305807283309607d31a9dd5fc3bb6605bd355fd740f102906470b2a",
    "editor.en.v1": "330c6f68c6d733f22cdf520fdbcfdfedd7ddb13497b6da53dfbe0dbe800f8e86",
    "editor.fr.v1": "23e10e8e059464dbccbf99d38c17587a8f36f7b11948cd6091d70c6d085fb5f4",
    "guardian.en.v1": "47065bf3095514216f34114ddcaef1f64e0fedfa40df3f617420c54f5011356b",
    "guardian.fr.v1": "7382ffca290cc471ed436e7a249da98d8a3e96283256868a7d53df6e7b75b9a4",
    "strategist.en.v1": "74e6c1b4eba5a15b7e3eec3e3a9448756dfdf2db9f8bdad22e940dcd5e0bd87c",
    "strategist.fr.v1": "8275fadc7145792c3ed625e7c082e933d2ddeb361604eba103295d44dc368f45",
    "writer.en.v1": "94b5f51718238beda35962e6ac9f284eac00a9a704a93a83a24ee5ff64130921",
    "writer.fr.v1": "130abfd75ea75788d441450e46e33531bab61a052937bc700eaa40a39fee9ec6",
}
RELEASED_VOICES = {
    "voice.en.v1": "028937e422ab2613fbda8c16530475f03d68c0ddb3ab382e2195e617f97768a2",
    "voice.fr.v1": "e5777cec1268bbbaa15bd2c38428ede935392b566b2dc3f79a48df36003b524a",
}

CACHED_FROM_TOKENS = 1_024
"""Providers cache no prompt shorter than this."""

MOST_TOKENS = 2_000
"""Where the provider has nothing cached, each of these is paid in full."""

HEADINGS = re.compile(r"^[A-ZÀ-Ý' ]+$", re.MULTILINE)


@pytest.mark.parametrize("version", PREFIXES)
def test_a_prefix_is_long_enough_to_be_cached_and_no_longer_than_it_is_worth(version: str) -> None:
    assert CACHED_FROM_TOKENS <= tokens.in_text(families.prefix(version)) <= MOST_TOKENS


@pytest.mark.parametrize("version", PREFIXES)
def test_a_released_prefix_never_changes(version: str) -> None:
    assert version in RELEASED, "a new prefix: add its sum to RELEASED, and it is never edited again"
    assert hashlib.sha256((families.DIRECTORY / f"{version}.txt").read_bytes()).hexdigest() == RELEASED[version]


@pytest.mark.parametrize("version", VOICES)
def test_the_released_words_around_a_voice_never_change(version: str) -> None:
    path = families.DIRECTORY / "voice" / f"{version}.txt"

    assert version in RELEASED_VOICES, "new words around a voice: add their sum, and they are never edited again"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == RELEASED_VOICES[version]


def test_no_released_words_are_lost() -> None:
    assert set(RELEASED) <= set(PREFIXES)
    assert set(RELEASED_VOICES) <= set(VOICES)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("family", families.FAMILIES)
def test_every_family_has_its_prefix_in_both_languages(family: str, language: str) -> None:
    assert families.version_of(family, language) in RELEASED
    assert f"voice.{language}.v{voices.VERSION}" in RELEASED_VOICES


@pytest.mark.parametrize("version", PREFIXES)
def test_a_prefix_says_how_the_brief_is_fenced_and_says_it_last(version: str) -> None:
    last = families.prefix(version).rstrip().rpartition("\n")[2]

    assert "<brief>" in last
    assert "</brief>" in last


@pytest.mark.parametrize("version", sorted(set(PREFIXES) - set(prompts.UNTOLD)))
def test_a_prefix_tells_of_the_marks_that_its_requests_may_hold(version: str) -> None:
    last = families.prefix(version).rstrip().rpartition("\n")[2]
    marks = {"material"} if version.startswith("assistant") else {"material", "step"}

    assert all(f"<{mark}>" in last and f"</{mark}>" in last for mark in marks)
    assert "JSON" in families.prefix(version) or version.startswith("assistant")


@pytest.mark.parametrize("family", families.FAMILIES)
def test_both_languages_of_a_prefix_have_the_same_sections(family: str) -> None:
    english, french = (families.prefix(families.version_of(family, language)) for language in ("en", "fr"))

    assert len(HEADINGS.findall(english)) == len(HEADINGS.findall(french)) >= 7
    assert english.count("\n") == french.count("\n")


def test_every_task_has_a_family() -> None:
    assert {task: families.family_of(task) for task in TaskType} == {
        TaskType.MARKETING_TEMPLATE: "writer",
        TaskType.CHATBOT: "assistant",
        TaskType.BASIC_ANALYTICS: "analyst",
        TaskType.ADVANCED_ANALYTICS: "analyst",
        TaskType.SENTIMENT_SIMPLE: "analyst",
        TaskType.STRATEGY: "strategist",
        TaskType.MODERATION: "guardian",
        TaskType.COMPLIANCE: "guardian",
        TaskType.LEGAL: "guardian",
        TaskType.CODE: "documenter",
        TaskType.DOCUMENTATION: "documenter",
    }


@pytest.mark.parametrize(
    ("agent", "family"),
    [
        ("strategist", "strategist"),
        ("writer", "writer"),
        ("editor", "editor"),
        ("compliance", "guardian"),
        ("analyst", "analyst"),
    ],
)
def test_every_agent_of_the_team_has_a_family(agent: str, family: str) -> None:
    assert families.family_of_agent(agent) == family


@pytest.mark.parametrize("agent", ["", "Writer", "intern", "guardian"])
def test_an_agent_that_is_not_in_the_team_is_refused_by_name(agent: str) -> None:
    with pytest.raises(families.UnknownAgent, match=f"{agent!r}.*strategist, writer, editor, compliance, analyst"):
        families.family_of_agent(agent)


@pytest.mark.parametrize(
    ("language", "version"),
    [("en", "writer.en.v1"), ("fr", "writer.fr.v1"), ("de", "writer.en.v1"), ("pt", "writer.en.v1")],
)
def test_the_version_names_the_file_whose_words_were_sent(language: str, version: str) -> None:
    prompt = sample.prompt(language=language)

    assert prompt.version == version
    assert prompt.messages[0].content == (families.DIRECTORY / f"{version}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("task_type", TaskType)
def test_a_task_is_done_in_the_words_of_its_family(task_type: TaskType) -> None:
    prompt = sample.prompt(task_type=task_type, language="fr")

    assert prompt.version == f"{families.family_of(task_type)}.fr.v1"
    assert prompt.messages[0].content == families.prefix(prompt.version)


@pytest.mark.parametrize(("length", "most"), [("short", 260), ("medium", 560), ("long", 1_200)])
def test_a_post_has_room_for_its_length_and_no_more(length: str, most: int) -> None:
    assert sample.prompt(length=OutputLength(length)).max_output_tokens == most


@pytest.mark.parametrize("family", families.FAMILIES)
def test_a_longer_answer_has_more_room(family: str) -> None:
    room = families.FAMILIES[family].max_output_tokens

    assert 0 < room[OutputLength.SHORT] < room[OutputLength.MEDIUM] < room[OutputLength.LONG] <= 2_000


def test_posts_are_written_more_freely_than_anything_else_and_verdicts_least() -> None:
    temperatures = {name: family.temperature for name, family in families.FAMILIES.items()}

    assert sorted(temperatures, key=lambda name: temperatures[name])[-1] == "writer"
    assert sorted(temperatures, key=lambda name: temperatures[name])[0] == "guardian"
    assert all(0 < temperature < 1 for temperature in temperatures.values())
