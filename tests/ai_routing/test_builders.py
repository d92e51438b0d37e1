"""Prompts in a voice, for a conversation, for a step of the AI team, and an API client's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_routing import prompts, tokens
from ai_routing.prompts import Message, families
from ai_routing.routing import OutputLength, TaskType
from tests.ai_routing import sample

TEXTS = st.text(st.characters(codec="utf-8"), max_size=80)
VOICE = prompts.Voice(
    "v1", 3, "Main", "Warm.\nUnhurried.", ("hustle", "grind"), ("Rain.\nNobody hurries.", "Ten past six.")
)
MATERIAL = (prompts.Material("post:1", "Sunday", "Forty-two likes"), prompts.Material("kpi:2", "October", "412 EUR"))
HISTORY = (Message("user", "Which did best?"), Message("assistant", "The Sunday post [post:1]."))
SCHEMA = {"type": "object", "properties": {"idée": {"type": "string"}, "days": {"type": "array"}}}


def conversation(**changes: Any) -> prompts.Prompt:
    usual: dict[str, Any] = {
        "creator": "Alice",
        "plan": "pro",
        "language": "fr",
        "voice": None,
        "history": HISTORY,
        "query": "And after it?",
        "material": MATERIAL,
    }
    return prompts.for_conversation(**{**usual, **changes})


def step(**changes: Any) -> prompts.Prompt:
    usual: dict[str, Any] = {
        "agent": "strategist",
        "language": "en",
        "voice": None,
        "goal": "A calm week",
        "instruction": "Choose three subjects",
        "material": MATERIAL,
        "schema": SCHEMA,
        "length": OutputLength.MEDIUM,
    }
    return prompts.for_agent(**{**usual, **changes})


def test_a_voice_is_a_message_of_its_own_between_the_rules_and_the_request() -> None:
    plain, voiced = sample.prompt(), sample.prompt(voice=VOICE)

    assert [message.role for message in voiced.messages] == ["system", "system", "user"]
    assert (voiced.messages[0], voiced.messages[2]) == plain.messages
    assert voiced.messages[1].content.endswith(
        "<voice>\nName: Main\nWarm.\nUnhurried.\nNever says:\n- hustle\n- grind\n"
        "Sample 1:\nRain.\nNobody hurries.\nSample 2:\nTen past six.\n</voice>"
    )
    assert (voiced.version, voiced.cache_key, voiced.voice_version) == ("writer.en.v1", "writer.en.v1+v1.v3", "v1.v3")
    assert (plain.cache_key, plain.voice_version) == ("writer.en.v1", "")


def test_a_voice_without_words_or_samples_has_no_lines_for_them() -> None:
    content = sample.prompt(voice=replace(VOICE, never_say=(), samples=())).messages[1].content

    assert content.endswith("<voice>\nName: Main\nWarm.\nUnhurried.\n</voice>")


@settings(max_examples=100, deadline=None)
@given(creator=TEXTS, brief=TEXTS, tone=TEXTS, length=st.sampled_from(OutputLength))
def test_rules_and_voice_are_the_same_to_the_byte_whatever_is_asked_for(**changes: Any) -> None:
    one, other = sample.prompt(voice=VOICE, **changes), sample.prompt(voice=VOICE)

    assert one.messages[:2] == other.messages[:2]
    assert one.cache_key == other.cache_key
    assert conversation(voice=VOICE, query=changes["brief"]).messages[1] == conversation(voice=VOICE).messages[1]


def test_a_voice_of_another_version_has_another_cache_key() -> None:
    keys = {
        sample.prompt(voice=replace(VOICE, version=number, id=name)).cache_key for number in (1, 2) for name in "ab"
    }

    assert len(keys) == 4


def test_a_cache_key_is_as_short_as_providers_ask_even_for_a_long_name() -> None:
    voices = [replace(VOICE, id="0190" * 20), replace(VOICE, id="0190" * 20, version=4)]
    keys = [sample.prompt(voice=voice, task_type=TaskType.STRATEGY).cache_key for voice in voices]

    assert all(key.startswith("strategist.en.v1+") and len(key) <= 64 for key in keys)
    assert keys[0] != keys[1]


def test_an_endless_voice_is_kept_short() -> None:
    endless = replace(VOICE, description="warm " * 5_000, never_say=("word",) * 5_000, samples=("Rain. " * 200,) * 50)

    assert 1_000 < tokens.in_text(sample.prompt(voice=endless).messages[1].content) < 2_000


def test_a_conversation_keeps_its_turns_and_asks_last() -> None:
    prompt = conversation(voice=VOICE)

    assert [message.role for message in prompt.messages] == ["system", "system", "user", "assistant", "user"]
    assert prompt.messages[2].content == "<brief>\nWhich did best?\n</brief>"
    assert prompt.messages[3].content == "The Sunday post [post:1]."
    assert prompt.messages[4].content == (
        "Creator: Alice\n"
        "Plan: pro\n"
        "Task: chatbot\n"
        "Language: French\n"
        '<material ref="post:1">\nTitle: Sunday\nForty-two likes\n</material>\n'
        '<material ref="kpi:2">\nTitle: October\n412 EUR\n</material>\n'
        "<brief>\nAnd after it?\n</brief>"
    )
    assert (prompt.version, prompt.cache_key) == ("assistant.fr.v1", "assistant.fr.v1+v1.v3")


def test_the_next_turn_begins_with_the_same_bytes_so_that_the_cache_reaches_into_the_history() -> None:
    before = conversation(material=())
    after = conversation(material=(), history=(*HISTORY, Message("user", "x"), Message("assistant", "y")))

    assert after.messages[:3] == before.messages[:3]


@pytest.mark.parametrize(("demonstration", "most"), [(False, 3_000), (True, 700)])
@settings(max_examples=30, deadline=None)
@given(sizes=st.lists(st.integers(0, 900), max_size=12))
def test_of_a_long_history_the_newest_turns_are_kept(demonstration: bool, most: int, sizes: list[int]) -> None:
    history = [
        Message("user" if n % 2 == 0 else "assistant", f"turn {n} " + "rain " * size) for n, size in enumerate(sizes)
    ]
    prompt = conversation(history=history, material=(), demonstration=demonstration)
    kept = prompt.messages[1:-1]

    assert tokens.in_messages(kept) <= most + tokens.PER_REPLY
    assert not kept or kept[0].role == "user"
    numbers = [int(message.content.split("turn ")[1].split()[0]) for message in kept]
    assert numbers == list(range(len(history)))[len(history) - len(numbers) :]
    assert sum(sizes) > most // 2 or len(kept) == len(history)


@pytest.mark.parametrize("demonstration", [False, True])
def test_a_newest_turn_that_is_too_long_is_cut_and_not_forgotten(demonstration: bool) -> None:
    prompt = conversation(history=[Message("user", "rain " * 9_000)], material=(), demonstration=demonstration)
    turn = prompt.messages[1].content

    assert 500 < tokens.in_text(turn) <= (700 if demonstration else 3_000)
    assert turn.startswith("rain rain" if demonstration else "<brief>\nrain rain")
    assert demonstration or turn.endswith("</brief>")


def test_material_that_does_not_fit_is_left_out_and_said_to_be() -> None:
    material = [prompts.Material(f"post:{number}", "Rain", "rain " * 3_000) for number in range(9)]
    content = conversation(material=material).messages[-1].content

    assert 4_000 < tokens.in_text(content) < 6_300
    assert content.count("</material>") == 3
    assert "\nLeft out for length: 6\n<brief>" in content
    assert "Left out" not in conversation().messages[-1].content


@pytest.mark.parametrize("build", [conversation, step])
def test_the_small_model_gets_no_more_than_its_window_takes(build: Callable[..., prompts.Prompt]) -> None:
    rain = tuple(prompts.Material(f"post:{number}", "Rain", "rain " * 3_000) for number in range(9))
    endless = replace(VOICE, description="warm " * 900)
    history = {"history": [Message("user", "rain " * 300)] * 9} if build is conversation else {}

    prompt = build(material=rain, voice=endless, demonstration=True, **history)

    assert tokens.in_messages(prompt.messages) + prompt.max_output_tokens < 1_450
    assert prompt.messages[0].content.count("\n") == 0


def test_a_step_of_the_team_says_who_does_what_by_which_form_and_for_what_goal() -> None:
    prompt = step()

    assert [message.role for message in prompt.messages] == ["system", "user"]
    assert prompt.messages[1].content == (
        "Agent: strategist\n"
        "Language: English\n"
        "Length: medium\n"
        'Format: JSON by this schema and nothing else: {"type":"object","properties":'
        '{"idée":{"type":"string"},"days":{"type":"array"}}}\n'
        "<step>\nChoose three subjects\n</step>\n"
        '<material ref="post:1">\nTitle: Sunday\nForty-two likes\n</material>\n'
        '<material ref="kpi:2">\nTitle: October\n412 EUR\n</material>\n'
        "<brief>\nA calm week\n</brief>"
    )
    assert (prompt.version, prompt.response_schema) == ("strategist.en.v1", SCHEMA)
    assert prompt.max_output_tokens == 2 * step(schema=None).max_output_tokens
    assert "Format" not in step(schema=None).messages[1].content


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_writer_whose_prefix_knows_only_the_brief_is_told_of_the_other_marks(language: str) -> None:
    for agent in families.AGENTS:
        told = re.search(r"^Mar[kq]\w+ ?:", step(agent=agent, language=language).messages[-1].content, re.MULTILINE)
        assert bool(told) == (agent == "writer")


@pytest.mark.parametrize("demonstration", [False, True])
def test_an_agent_that_is_none_is_refused(demonstration: bool) -> None:
    with pytest.raises(families.UnknownAgent):
        step(agent="intern", demonstration=demonstration)


def test_the_small_model_is_told_the_keys_of_the_form() -> None:
    prompt = step(demonstration=True, voice=VOICE)

    assert [message.content for message in prompt.messages] == [
        "You plan content for a creator. Answer with a short plan. Voice: Warm. Unhurried.",
        (
            "Answer in English. Answer with JSON only, with the keys idée, days. Choose three subjects\n"
            "[post:1] Sunday: Forty-two likes\n"
            "[kpi:2] October: 412 EUR\n"
            "A calm week"
        ),
    ]
    assert (prompt.version, prompt.response_schema) == ("demonstration.strategist.v1", SCHEMA)


@pytest.mark.parametrize("task_type", TaskType)
def test_the_small_model_has_a_line_of_rules_for_each_family(task_type: TaskType) -> None:
    prompt = prompts.build(sample.tail(task_type=task_type, brief="x"), demonstration=True)

    assert prompt.version.startswith("demonstration.")
    assert len(prompt.messages[0].content) < 100
    assert tokens.in_messages(prompt.messages) < 60


def test_a_clients_own_messages_are_sent_as_they_are() -> None:
    messages = [Message("system", "Be brief. </brief>"), Message("user", "<|im_end|>"), Message("assistant", "Yes.")]

    prompt = prompts.verbatim(messages, max_output_tokens=50, temperature=1.5, response_schema=SCHEMA)

    assert prompt == prompts.Prompt(tuple(messages), "verbatim", prompt.cache_key, 50, 1.5, SCHEMA, "", is_strict=False)
    assert re.fullmatch(r"verbatim\.[0-9a-f]{24}", prompt.cache_key)


def test_clients_requests_that_begin_alike_share_a_cache_key() -> None:
    def key(*contents: str) -> str:
        messages = [Message("user", content) for content in contents]
        return prompts.verbatim(messages, max_output_tokens=1, temperature=0).cache_key

    assert key("rules", "one") == key("rules", "two") != key("other rules", "one")
    assert key() != key("rules")
    assert key("\ud83d")
