"""What is read from a request: bounded, repeatable, explained, quick, and silent about what the caller states."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_routing import analysis, lexicon, routing, signs, wording
from ai_routing.analysis import Stated
from ai_routing.evaluation import predictors
from ai_routing.routing import Need, OutputLength, TaskType

FIELDS = {"task_type", "complexity", "critical", "output_length", "language", "needs", "context_tokens"}
WORDS = st.sampled_from(
    ["compare", "optimise", "étape par étape", "must", "avocat", "mineur", "\n- a", "\n2) b", "«", '"', "’", "x" * 400]
)
# Surrogates too: a text from JSON may hold half a pair.
ANY_CHARACTER = st.characters(exclude_categories=[])
TEXTS = st.text(ANY_CHARACTER, max_size=400) | st.lists(WORDS, max_size=60).map(" ".join)


def is_sound(found: analysis.Analysis) -> bool:
    request = routing.Request(
        found.task_type, found.complexity, found.critical, found.output_length, found.needs, found.context_tokens
    )
    return bool(routing.choose(request, predictors.HEALTH).deployments)


# --- Any text ------------------------------------------------------------------------------------------------------


@settings(max_examples=500, deadline=None)
@given(text=TEXTS)
def test_any_text_has_an_analysis_that_routing_takes(text: str) -> None:
    found = analysis.analyse(text)

    assert is_sound(found)
    assert found.language in {"fr", "en", "other"}
    assert found.estimated == FIELDS
    assert analysis.analyse(text) == found


@settings(max_examples=300, deadline=None)
@given(text=TEXTS)
def test_the_contributions_add_up_to_the_complexity_and_the_largest_come_first(text: str) -> None:
    found = analysis.analyse(text)
    points = [one.points for one in found.contributions]

    assert all(math.isfinite(point) for point in points)
    assert found.complexity == max(1, min(10, math.floor(math.fsum(points) + 0.5)))
    assert [abs(point) for point in points] == sorted([abs(point) for point in points], reverse=True)
    assert found.explanation().startswith(f"Complexity {found.complexity} of 10, reads: ")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\0\x1b\x7f",
        "\ud800",
        "日本語のテキスト",
        "🙂" * 50,
        "1 2 3",
        "a" * 100_000,
        "« " * 50_000,
        '"' * 99_999,
    ],
    ids=repr,
)
def test_odd_texts_are_analysed(text: str) -> None:
    assert is_sound(analysis.analyse(text))


def test_what_stands_at_the_end_of_a_long_text_counts() -> None:
    pasted = "blah " * 10_000

    assert "json" in analysis.analyse(f"{pasted} Give the result as JSON.").needs
    assert "json" not in analysis.analyse(pasted).needs


# --- What the caller states ----------------------------------------------------------------------------------------

STATED: dict[str, Any] = {
    "task_type": TaskType.LEGAL,
    "complexity": 9,
    "critical": True,
    "output_length": OutputLength.LONG,
    "language": "de",
    "needs": frozenset({Need.VISION}),
    "context_tokens": 12,
}


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_what_is_stated_wins_and_is_not_called_estimated(field: str) -> None:
    found = analysis.analyse("coucou, ça va toi ?", Stated(**{field: STATED[field]}))

    assert getattr(found, field) == STATED[field]
    assert found.estimated == FIELDS - {field}


def test_a_denial_is_a_statement_too() -> None:
    text = "My lawyer needs the answer to the lawsuit by tomorrow, the court date is next week."
    assert analysis.analyse(text).critical

    found = analysis.analyse(text, Stated(critical=False, complexity=1, context_tokens=0))

    assert (found.critical, found.complexity, found.context_tokens) == (False, 1, 0)
    assert found.contributions == ()
    assert found.explanation() == "Complexity 1 of 10, as stated."


def test_the_stated_task_type_changes_the_estimate_of_complexity() -> None:
    text = "my page and the new prices"
    easy, hard = (analysis.analyse(text, Stated(task_type=task)) for task in (TaskType.CHATBOT, TaskType.LEGAL))

    assert hard.complexity > easy.complexity
    assert hard.contributions[0].feature == "legal"


def test_an_unsound_statement_is_left_for_routing_to_refuse() -> None:
    found = analysis.analyse("hello", Stated(task_type="poetry", complexity=99))  # type: ignore[arg-type]

    assert (found.task_type, found.complexity) == ("poetry", 99)


# --- What is read from the words -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "task_type"),
    [
        ("Write an Instagram caption for my new hat, funny", "marketing_template"),
        ("Écris une légende pour ma photo de vacances", "marketing_template"),
        ("reply to a fan who asks how I slept", "chatbot"),
        ("réponds à un fan qui demande mon plat préféré", "chatbot"),
        ("Python function that reads a csv and returns the total", "code"),
        ("What is the sentiment of: 'great set'? positive or negative", "sentiment_simple"),
        ("ce commentaire « tu es nulle », je supprime ou je laisse ?", "moderation"),
        ("Draft a contract clause about copyright in my videos", "legal"),
        ("Ai-je le droit, selon le RGPD, de garder ces données ?", "compliance"),
        ("212 clicks, 31 sales, what is the conversion rate in percent?", "basic_analytics"),
        ("Write the FAQ page and the how-to guide for my assistant", "documentation"),
        ("Should I launch a second page? Make me a plan with pros and cons", "strategy"),
        ("Forecast revenue with a regression model, confidence intervals and seasonality", "advanced_analytics"),
    ],
)
def test_the_task_type_is_read_from_the_words(text: str, task_type: str) -> None:
    assert analysis.analyse(text).task_type == task_type


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Écris une légende drôle pour ma photo", "fr"),
        ("ecris moi un truc sympa stp", "fr"),
        ("Write something about the beach", "en"),
        ("thanks lol", "en"),
        ("Schreib bitte eine Bildunterschrift für das Foto, die nicht langweilig ist", "other"),
        ("escribe una frase para mi foto con mucho amor", "other"),
        ("写一句话", "other"),
        ("", "other"),
    ],
)
def test_the_language_is_read_from_the_small_words(text: str, language: str) -> None:
    assert analysis.analyse(text).language == language


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("caption for the gym", set()),
        ("five captions as a JSON array", {Need.JSON}),
        ("Regarde la photo jointe et décris-la", {Need.VISION}),
        ("see the attached screenshot and answer in json", {Need.VISION, Need.JSON}),
        ("summarise the entire transcript below", {Need.LONG_CONTEXT}),
        ("word " * 12_000, {Need.LONG_CONTEXT}),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "+".join(sorted(value)),
)
def test_needs_are_read_from_the_words_and_the_size(text: str, needs: set[Need]) -> None:
    assert analysis.analyse(text).needs == needs


@pytest.mark.parametrize(
    ("text", "critical"),
    [
        ("My lawyer says the court wants an answer by tomorrow", True),
        ("Un fan m'écrit qu'il veut en finir ce soir, que répondre ?", True),
        ("A stalker posted my address and threatens me", True),
        ("Le fisc me réclame des pénalités, réponse sous 30 jours", True),
        ("Agency wants me to sign tomorrow, check the penalty clause", True),
        ("caption for my new dress", False),
        ("c'est quoi une cession de droits, en deux phrases", False),
        ("average of 12, 15 and 19", False),
    ],
)
def test_what_could_do_harm_is_critical(text: str, critical: bool) -> None:
    assert analysis.analyse(text).critical is critical


@pytest.mark.parametrize("task_type", sorted(analysis.EVERYDAY))
@pytest.mark.parametrize(
    "text",
    [
        "A fan wants to know where the hat is from, say I check it tonight. My audience is mostly beginners.",
        "Someone asks why he was charged twice, tell him I look at it right now, urgent",
        "Écris un texte court comme un journal intime, ça part demain, termine par une question",
        "Story: follow me tomorrow, my account is all about suspense, I live for it",
        "Il veut mon parfum signature, réponds de suite, chez moi tout le monde l'adore",
    ],
)
def test_everyday_work_in_haste_is_not_critical(text: str, task_type: TaskType) -> None:
    assert analysis.analyse(text, Stated(task_type=task_type)).critical is False


@pytest.mark.parametrize("task_type", [TaskType.CHATBOT, TaskType.MODERATION, TaskType.MARKETING_TEMPLATE])
@pytest.mark.parametrize(
    "text",
    [
        "A stalker posted my address and threatens me tonight",
        "Il a mes photos privées et me fait du chantage, il veut 500 € ce soir",
        "Somebody spiked her drink, she is at the hospital and asks me what to say right now",
        "My lawyer says the tabloid prints it tomorrow",
    ],
)
def test_everyday_work_on_something_grave_is_critical(text: str, task_type: TaskType) -> None:
    assert analysis.analyse(text, Stated(task_type=task_type)).critical is True


# --- What is pasted ------------------------------------------------------------------------------------------------

DIARY = "Count the people who come back, compare the plan with the table, and write the draft by the detail. " * 12
PASTINGS = [
    "{ask}\n\n{pasted}",
    "{pasted}\n\n{ask}",
    "{ask}\n---\n{pasted}",
    "{ask}: {pasted}",
    "{ask}\n```\n{pasted}\n```",
]


@pytest.mark.parametrize("pasting", PASTINGS)
def test_a_pasted_text_makes_a_post_hardly_harder(pasting: str) -> None:
    ask, stated = "Make a caption of two lines from this, funny", Stated(task_type=TaskType.MARKETING_TEMPLATE)
    alone = analysis.analyse(ask, stated).complexity

    found = analysis.analyse(pasting.format(ask=ask, pasted=DIARY), stated)

    assert alone <= found.complexity <= alone + 3
    assert "'compare'" not in found.explanation()


def test_a_long_request_of_one_kind_is_all_read() -> None:
    asked = wording.read(f"{DIARY}\n\n{DIARY}")

    assert asked.material == ()
    assert len(asked.words) == 2 * len(DIARY.split())


def test_what_is_grave_or_wanted_is_found_in_a_pasted_text_too() -> None:
    letter = f"{DIARY}\nMy lawyer will sue you in court. Reply as JSON."
    found = analysis.analyse(f"Help me answer this by tomorrow.\n\n{letter}", Stated(task_type=TaskType.CHATBOT))

    assert found.critical
    assert found.needs == {Need.JSON}


def test_the_language_is_that_of_the_request_and_not_of_the_pasted_text() -> None:
    assert analysis.analyse(f"Écris une légende courte pour ce texte, stp\n\n{DIARY}").language == "fr"
    assert analysis.analyse(f"!!\n\n{DIARY}").language == "en"


@pytest.mark.parametrize(
    ("text", "task_type", "output_length"),
    [
        ("a word for my cat", TaskType.MARKETING_TEMPLATE, "short"),
        ("ten captions for ten selfies", TaskType.MARKETING_TEMPLATE, "medium"),
        ("contract for a photographer", TaskType.LEGAL, "medium"),
        ("what is a licence, in one phrase", TaskType.LEGAL, "short"),
        ("the complete playbook, step by step, in depth", TaskType.DOCUMENTATION, "long"),
    ],
)
def test_the_length_of_the_answer_is_asked_for_or_usual(text: str, task_type: TaskType, output_length: str) -> None:
    assert analysis.analyse(text, Stated(task_type=task_type)).output_length == output_length


def test_tokens_are_estimated_in_any_script() -> None:
    assert analysis.analyse("a" * 36).context_tokens == 10
    assert analysis.analyse("日" * 12).context_tokens == 10


def test_the_explanation_names_the_words_it_rests_on() -> None:
    text = "Compare both contracts and justify every risk; evaluate what jurisdiction and liability change."
    told = analysis.analyse(text).explanation()

    assert "'compare'" in told
    assert "'jurisdiction'" in told
    assert told.endswith(".")


# --- The lexicon ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("section", list(signs.MARKS))
def test_every_entry_can_be_found_in_a_text(section: str) -> None:
    for name in lexicon.LISTS[section]:
        found = lexicon.entries(section, name)
        assert found
        for entry in found:
            word = entry.removeprefix("!")
            assert wording.folded(word) == word, entry
            assert len(word.split()) == 1 if entry.startswith("!") else len(word.split()) in {1, 2}, entry
            assert signs.MARKS[section] + name in signs.find(wording.read(word)).found, entry
