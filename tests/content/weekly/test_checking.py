"""A sentence of a summary is kept when its figures are those of the facts that it cites, and dropped when one is not."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from content.weekly import checking, claims
from content.weekly.checking import Sentence
from content.weekly.claims import Claims, Figure
from content.weekly.facts import Fact

MONEY = Fact(
    1,
    "Earned: €1,234.50; the week before: €1,100.00; 12.2% more.",
    (Figure(Decimal("1234.50"), "eur", 2), Figure(Decimal(1100), "eur", 2), Figure(Decimal("12.2"), "%", 1)),
    "up",
)
FOLLOWERS = Fact(
    2,
    "New followers: 8; before: 10; 20% less.",
    (Figure(Decimal(8)), Figure(Decimal(10)), Figure(Decimal(20), "%")),
    "down",
)
LEFT = Fact(3, "Subscriptions that ended: 3; before: 2.", (Figure(Decimal(3)), Figure(Decimal(2))), "up", is_loss=True)
FACTS = {fact.number: fact for fact in (MONEY, FOLLOWERS, LEFT)}


@pytest.mark.parametrize(
    ("text", "language", "facts"),
    [
        ("You earned €1,234.50, up 12.2% from €1,100.00.", "en", (1,)),
        ("You earned €1,235, up 12% from €1,100.", "en", (1,)),
        ("You earned 1,234.50 euros.", "en", (1,)),
        ("Vous avez gagné 1 234,50 €, soit 12,2 % de plus.", "fr", (1,)),
        ("Vous avez gagné 1\u202f234,50\u00a0€, soit 12,2 pour cent de plus.", "fr", (1,)),
        ("Eight people followed you, fewer than the 10 of the week before.", "en", (2,)),
        ("Three subscriptions stopped, while €1,234.50 came in.", "en", (1, 3)),
    ],
)
def test_what_the_facts_hold_is_kept(text: str, language: str, facts: tuple[int, ...]) -> None:
    assert checking.is_borne_out(Sentence(text, facts), FACTS, language)


@pytest.mark.parametrize(
    ("text", "language", "facts", "why"),
    [
        ("You earned €1,324.50.", "en", (1,), "digits changed places"),
        ("You earned $1,234.50.", "en", (1,), "another currency"),
        ("You earned 1,234.50% more.", "en", (1,), "an amount as a share"),
        ("You earned €1,234.50.", "en", (2,), "the fact that holds it is not cited"),
        ("You earned €1,234.50.", "en", (1, 9), "a fact that there is not"),
        ("You earned €1,234.50.", "en", (), "nothing cited"),
        ("What a week!", "en", (1,), "no figure"),
        ("You earned €1,234.50 from 40 fans.", "en", (1,), "one right and one made up"),
        ("Your revenue fell to €1,234.50.", "en", (1,), "it rose"),
        ("You had more followers: 8.", "en", (2,), "there were fewer"),
        ("You lost 8 fans.", "en", (2,), "those are who came"),
        ("Your revenue doubled to €1,234.50.", "en", (1,), "a proportion in words"),
        ("You earned twice as much: €1,234.50.", "en", (1,), "a proportion in words"),
        ("You earned €1.2k.", "en", (1,), "a number that goes on"),
        ("You earned €1,234.50 on ٨ days.", "en", (1,), "digits of another script"),
        ("You earned €1,234.50, ½ of it from tips.", "en", (1,), "a fraction"),
        ("Twelve people followed you.", "en", (2,), "a wrong number in words"),
        ("Vous avez gagné 1,234.50 €.", "fr", (1,), "written the English way"),
        ("You earned 1 234,50 €.", "en", (1,), "written the French way"),
        ("Vos revenus ont doublé : 1 234,50 €.", "fr", (1,), "a proportion in words"),
        ("Vos revenus ont baissé à 1 234,50 €.", "fr", (1,), "they rose"),
        ("You earned €1,234.50 in week 2/3.", "en", (1,), "a fraction"),
    ],
)
def test_what_they_do_not_hold_is_not(text: str, language: str, facts: tuple[int, ...], why: str) -> None:
    assert not checking.is_borne_out(Sentence(text, facts), FACTS, language), why


def test_figures_are_read_as_each_language_writes_them() -> None:
    english = claims.read("Up 5% to €12,345.60, with 7 posts.", "en")
    french = claims.read("En hausse de 5 % à 12 345,60 €, avec 7 publications.", "fr")

    figures = (Figure(Decimal(5), "%"), Figure(Decimal("12345.60"), "eur", 2), Figure(Decimal(7)))
    assert english == french == Claims(figures, rose=True, fell=False, lost=False)


def answer(*sentences: tuple[str, list[int]]) -> str:
    return json.dumps({"sentences": [{"text": text, "facts": facts} for text, facts in sentences]})


def test_the_false_is_dropped_and_counted_and_the_true_stays() -> None:
    kept, dropped = checking.read(
        answer(("You earned €1,234.50.", [1]), ("You earned €9,999.", [1]), ("8 people followed you.", [2])),
        list(FACTS.values()),
        "en",
    )

    assert [one.text for one in kept] == ["You earned €1,234.50.", "8 people followed you."]
    assert dropped == 1


@pytest.mark.parametrize(
    "said",
    [
        "", "[]", "{}", "no JSON", '{"sentences": 5}', '{"sentences": [{"text": 5, "facts": [1]}]}',
        '{"sentences": [{"text": "€1,234.50", "facts": ["x"]}]}', answer(("You earned €9,999.", [1])),
    ],
)  # fmt: skip
def test_an_answer_that_is_not_borne_out_at_all_cannot_be_used(said: str) -> None:
    with pytest.raises(checking.UnusableAnswer):
        checking.read(said, list(FACTS.values()), "en")
