"""Makes the trace that `bench.savings` replays: two days of requests of a made-up population of creators.

The same figures and word lists always give the same trace, to the byte. `python -m bench.trace` writes it.
"""

from __future__ import annotations

import gzip
import json
import math
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from bench.traces import assumptions, wording
from bench.traces.assumptions import ASSISTANT

PATH: Final = Path(__file__).parent / "traces" / "creators.jsonl.gz"
LENGTHS: Final = ("short", "medium", "long")
SECONDS: Final = assumptions.DAYS * 86_400
MOST_WORDS: Final = {"short": 80, "medium": 200, "long": 480}
"""What the checks of drafts let pass; a model that is told a length seldom goes beyond."""

MOST_TURNS: Final = 12


@dataclass(frozen=True, slots=True)
class Creator:
    """Somebody of the population. `work` is how much more than others they ask for."""

    name: str
    plan: str
    language: str
    work: float
    # How they word what they ask about every comment.
    sentiment: int
    moderation: int


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `at` is in seconds since the trace begins, `words` is the length of the answer that it gets.

    `meaning` is the same for questions that one answer answers; "" where nothing but the text tells. `repeats` is why
    it comes a second time. A turn of a conversation has the conversation's number and its own, from 0.
    """

    at: float
    creator: int
    task: str
    language: str
    length: str
    platform: str
    text: str
    words: int
    tone: str = ""
    meaning: str = ""
    repeats: str = ""
    fresh: bool = False
    talk: int = 0
    turn: int = 0
    material: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trace:
    creators: tuple[Creator, ...]
    requests: tuple[Request, ...]


def main() -> None:
    trace = made()
    PATH.write_bytes(packed(trace))
    print(f"{len(trace.requests)} requests of {len(trace.creators)} creators, {PATH.stat().st_size} bytes")


def made() -> Trace:
    """Return the trace, from nothing but the assumptions and the word lists."""
    draw = random.Random(assumptions.SEED)  # it must be the same every time
    creators = tuple(creator(number, draw) for number in range(assumptions.CREATORS))
    weights = [each.work for each in creators]
    requests: list[Request] = []
    for number in range(1, assumptions.SESSIONS + 1):
        (who,) = draw.choices(range(len(creators)), weights)
        requests += session(number, who, creators[who], draw)
    requests += [again for request in requests for again in repeats(request, draw)]
    inside = [request for request in requests if request.at < SECONDS]
    return Trace(creators, tuple(sorted(inside, key=lambda request: request.at)))


def creator(number: int, draw: random.Random) -> Creator:
    plan = drawn({name: share for name, (share, _) in assumptions.PLANS.items()}, draw)
    return Creator(
        name=f"creator-{number:03}",
        plan=plan,
        language="fr" if draw.random() < assumptions.FRENCH else "en",
        work=round(assumptions.PLANS[plan][1] * draw.lognormvariate(0, assumptions.UNEVENNESS), 4),
        sentiment=draw.randrange(4),
        moderation=draw.randrange(4),
    )


def drawn(shares: Mapping[str, float], draw: random.Random) -> str:
    return draw.choices(list(shares), list(shares.values()))[0]


def popular(count: int, draw: random.Random) -> int:
    """Return a number below `count`, the lower ones more often."""
    weights = [(number + 1) ** -assumptions.POPULARITY for number in range(count)]
    return draw.choices(range(count), weights)[0]


def session(number: int, who: int, creator: Creator, draw: random.Random) -> list[Request]:
    """Return the requests of one sitting."""
    kind = drawn({name: kind.share for name, kind in assumptions.SESSION_KINDS.items()}, draw)
    tasks = assumptions.SESSION_KINDS[kind].tasks
    count = 1 + int(-math.log(1 - draw.random()) * (assumptions.SESSION_KINDS[kind].requests - 0.5))
    at = draw.randrange(assumptions.DAYS) * 86_400 + started(draw)
    if ASSISTANT in tasks:
        return conversation(number, who, creator, draw, at=at, turns=min(count, MOST_TURNS))
    found = []
    for _ in range(count):
        found.append(one(who, creator, drawn(tasks, draw), draw, at=at))
        at += pause(draw)
    return found


def started(draw: random.Random) -> float:
    (hour,) = draw.choices(range(24), assumptions.HOURS)
    return hour * 3_600 + draw.random() * 3_600


def pause(draw: random.Random) -> float:
    median, sigma = assumptions.PAUSE_SECONDS
    return 2 + draw.lognormvariate(math.log(median), sigma)


def one(who: int, creator: Creator, task: str, draw: random.Random, *, at: float) -> Request:
    """Return a request that stands alone."""
    length = draw.choices(LENGTHS, assumptions.LENGTHS[task])[0]
    text, meaning = asked(task, creator, draw)
    is_post = task == "marketing_template"
    return Request(
        at=round(at, 2),
        creator=who,
        task=task,
        language=creator.language,
        length=length,
        platform=drawn(assumptions.PLATFORMS, draw) if is_post else "generic",
        text=text,
        words=words(task, length, draw),
        tone=draw.choice(wording.lists(creator.language)["slots"]["mood"]) if is_post and draw.random() < 0.4 else "",
        meaning=meaning,
    )


def asked(task: str, creator: Creator, draw: random.Random) -> tuple[str, str]:
    """Return what is asked, and its meaning where others may ask the same."""
    lists = wording.lists(creator.language)
    if task in ("sentiment_simple", "moderation"):
        frames = lists["inbox"]["sentiment" if task == "sentiment_simple" else "moderation"]
        frame = frames[creator.sentiment if task == "sentiment_simple" else creator.moderation]
        comment = lists["inbox"]["comments"][popular(len(lists["inbox"]["comments"]), draw)]
        # Half of what fans write is found nowhere else.
        if draw.random() < 0.5:
            comment = f"{comment} {wording.prose(creator.language, draw, words=draw.randint(4, 30))}"
        return frame.format(comment=comment), f"{task} {comment}"
    if draw.random() < assumptions.FAQ.get(task, 0.0):
        return frequent(creator.language, draw)
    details = draw.choices(range(len(assumptions.DETAILS)), assumptions.DETAILS)[0]
    text = wording.brief(task, creator.language, draw, details=details)
    if draw.random() < assumptions.PASTED:
        text = f"{text}\n\n{wording.prose(creator.language, draw, words=draw.randint(100, 500))}"
    return text, ""


def frequent(language: str, draw: random.Random) -> tuple[str, str]:
    """Return a question that many ask, in one of its wordings."""
    groups: Sequence[Sequence[str]] = wording.lists(language)["faq"]["groups"]
    number = popular(len(groups), draw)
    return draw.choice(groups[number]), f"{language} {number}"


def words(task: str, length: str, draw: random.Random) -> int:
    median = assumptions.ANSWER_WORDS[task][LENGTHS.index(length)]
    return min(MOST_WORDS[length], max(6, round(median * draw.lognormvariate(0, assumptions.ANSWER_SPREAD))))


def conversation(
    number: int, who: int, creator: Creator, draw: random.Random, *, at: float, turns: int
) -> list[Request]:
    """Return the turns of a conversation with the assistant."""
    found = []
    for turn in range(turns):
        if turn == 0 and draw.random() < assumptions.FAQ[ASSISTANT]:
            text, meaning = frequent(creator.language, draw)
            pieces = 0
        else:
            text, meaning = wording.brief(ASSISTANT, creator.language, draw, details=0), ""
            pieces = draw.choices(range(len(assumptions.MATERIAL)), assumptions.MATERIAL)[0]
        found.append(
            Request(
                at=round(at, 2),
                creator=who,
                task=ASSISTANT,
                language=creator.language,
                length="medium",
                platform="generic",
                text=text,
                words=words(ASSISTANT, "medium", draw),
                meaning=meaning,
                talk=number,
                turn=turn,
                material=tuple(wording.figures(creator.language, draw) for _ in range(pieces)),
            )
        )
        # An answer is read before the next question is asked.
        at += 15 + pause(draw)
    return found


def repeats(request: Request, draw: random.Random) -> list[Request]:
    """Return the requests that follow from one: sent twice by mistake, or asked for in another version."""
    found = []
    if request.turn == 0:
        for why, (share, least, most) in REPEATS.items():
            if draw.random() < share:
                at = round(request.at + draw.uniform(least, most), 2)
                found.append(replace(request, at=at, repeats=why, talk=0))
    if request.task == "marketing_template" and draw.random() < assumptions.AGAIN:
        again = replace(request, at=round(request.at + draw.uniform(10, 60), 2), fresh=True)
        found.append(replace(again, words=words(request.task, request.length, draw)))
    return found


REPEATS: Final = {
    "double click": assumptions.DOUBLE_CLICK,
    "reload": assumptions.RELOAD,
    "second device": assumptions.SECOND_DEVICE,
}


def packed(trace: Trace) -> bytes:
    """Return a trace as it is committed: a line of JSON for all creators, then one for each request."""
    plain = {name: field.default for name, field in Request.__dataclass_fields__.items()}
    lines: list[Any] = [[asdict(creator) for creator in trace.creators]]
    lines += [{name: value for name, value in asdict(each).items() if value != plain[name]} for each in trace.requests]
    text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
    return gzip.compress(text.encode(), mtime=0)


def unpacked(data: bytes) -> Trace:
    """Return the trace that was packed."""
    first, *others = gzip.decompress(data).decode().splitlines()
    requests = []
    for line in others:
        row = json.loads(line)
        requests.append(Request(**(row | {"material": tuple(row.get("material", ()))})))
    return Trace(tuple(Creator(**row) for row in json.loads(first)), tuple(requests))


def read() -> Trace:
    """Return the committed trace."""
    return unpacked(PATH.read_bytes())


def statistics(trace: Trace) -> dict[str, dict[str, float]]:
    """Return the shares of the trace by task, language, repeat and length, each of all requests."""
    counts: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for request in trace.requests:
        kinds = {
            "task": request.task,
            "language": request.language,
            "repeats": "again" if request.fresh else request.repeats or "first",
            "length": request.length,
            "plan": trace.creators[request.creator].plan,
        }
        for kind, value in kinds.items():
            counts[kind][value] += 1 / len(trace.requests)
    return {kind: dict(sorted(shares.items())) for kind, shares in counts.items()}


if __name__ == "__main__":
    main()
