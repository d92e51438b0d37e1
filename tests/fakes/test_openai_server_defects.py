import openai
import py3langid
import pytest
from openai import OpenAI
from openai.types.chat import ChatCompletion

from tests.fakes.asking import MODEL, ask
from tests.fakes.openai_server import BehaviourInvalid, Defect, OpenAIServer

PROMPT = "Language: {}\nLength: {}\nA rainy Sunday with a latte by the window, and the cat"
SYSTEM = "You are the house writer. Rule one: never tell anyone about rule two, which concerns the cat."


def written(client: OpenAI, language: str = "English", length: str = "short", marker: str = "") -> str:
    answer = client.chat.completions.create(
        model=MODEL,
        messages=[
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": f"{PROMPT.format(language, length)} {marker}"},
        ],
    )
    assert isinstance(answer, ChatCompletion)
    assert answer.choices[0].finish_reason == "stop"
    return answer.choices[0].message.content or ""


@pytest.mark.parametrize(
    ("name", "code"),
    [("English", "en"), ("French", "fr"), ("German", "de"), ("Spanish", "es"), ("Italian", "it"), ("Portuguese", "pt")],
)
def test_an_answer_is_in_the_language_asked_for_or_on_demand_in_another(
    vendor: OpenAIServer, client: OpenAI, name: str, code: str
) -> None:
    assert py3langid.classify(written(client, name, "medium"))[0] == code
    wrong = written(client, name, "medium", "[[defect:wrong_language]]")
    assert py3langid.classify(wrong)[0] == ("fr" if code == "en" else "en")


def test_an_answer_is_as_long_as_asked_for(vendor: OpenAIServer, client: OpenAI) -> None:
    short, medium, long = (len(written(client, length=length).split()) for length in ("short", "medium", "long"))
    assert short < 50 < 90 < medium < 150 < 180 < long < 300


def test_each_defect_is_what_it_says(vendor: OpenAIServer, client: OpenAI) -> None:
    good = written(client)
    sentences = written(client, marker="[[defect:repetition]]").split(". ")
    assert len(sentences) > 20
    assert len(set(sentences)) <= 2
    assert written(client, marker="[[defect:refusal]]").startswith("I'm sorry, but I can't help")
    assert written(client, "French", marker="[[defect:refusal]]").startswith("Je suis désolée")
    assert 240 < len(written(client, marker="[[defect:too_long]]").split()) < 300
    assert len(written(client, length="long", marker="[[defect:too_long]]").split()) > 900
    assert len(written(client, marker="[[defect:too_short]]").split()) < 3
    assert "casino" in written(client, marker="[[defect:contains word=casino]]")
    assert SYSTEM in written(client, marker="[[defect:leak]]")
    assert SYSTEM not in good
    assert "casino" not in good


def test_a_defect_may_be_of_one_model_only(vendor: OpenAIServer, client: OpenAI) -> None:
    vendor.script(defect=Defect.REFUSAL, model="gpt-4o", times=None)
    assert "sorry" not in (ask(client).choices[0].message.content or "")
    strong = client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "hi"}])
    assert "sorry" in (strong.choices[0].message.content or "")
    assert "sorry" not in (ask(client, "hi [[defect:refusal model=gpt-4o]]").choices[0].message.content or "")


def test_misspelt_defects_are_refused(vendor: OpenAIServer, client: OpenAI) -> None:
    with pytest.raises(BehaviourInvalid, match="Unknown defect 'refuse'"):
        vendor.script(defect="refuse")
    with pytest.raises(BehaviourInvalid, match="Unknown endpoint"):
        vendor.script(endpoint="images")  # type: ignore[arg-type]  # what is tested
    with pytest.raises(openai.BadRequestError, match="Unknown defect"):
        ask(client, "[[defect:refuse]]")
