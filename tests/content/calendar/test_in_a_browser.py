"""The calendar as a person uses it: dragging, keys, and posting by hand on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import CreatorProfile, User
from content import planning
from content.models import Publication
from content.planning import slots
from tests.browsing import CORNERS, PHONE, Corner, faults, opened
from tests.content import states
from tests.content.publishing.conftest import store

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]

# A browser is slow beside other tests.
expect.set_options(timeout=20_000)


@pytest.fixture
def page(browser: Browser, live_server: Any, alice: User) -> Iterator[Page]:
    page = opened(browser, live_server, alice, viewport={"width": 1280, "height": 1000}).pages[0]
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.context.close()
    assert complaints == []


@pytest.fixture
def noon() -> datetime:
    """Noon of a day in the middle of the next month: all days around it are in its month, and none is over."""
    first = (timezone.now().replace(day=28) + timedelta(days=5)).replace(day=14)
    return first.replace(hour=12, minute=0, second=0, microsecond=0)


def is_at(row: Publication, moment: datetime) -> bool:
    row.refresh_from_db()
    return row.due_at == moment


def test_a_post_is_dragged_to_another_day_and_taken_back(page: Page, alice: User, noon: datetime) -> None:
    row = store(alice, due_at=noon)
    page.goto(f"/app/calendar?day={noon:%Y-%m-%d}")
    card = page.locator(f"#event-{row.pk}")
    there = noon + timedelta(days=3)
    target = page.locator(f"li[data-day='{there:%Y-%m-%d}']")

    card.hover()
    page.mouse.down()
    target.hover(force=True)
    expect(target).to_have_class(re.compile("drop-here"))
    page.mouse.up()

    expect(target.locator(f"#event-{row.pk}")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Moved to")).to_be_visible()
    assert is_at(row, there)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f"li[data-day='{noon:%Y-%m-%d}'] #event-{row.pk}")).to_be_visible()
    assert is_at(row, noon)


def test_escape_lets_go_and_a_click_still_opens(page: Page, alice: User, noon: datetime) -> None:
    row = store(alice, due_at=noon)
    page.goto(f"/app/calendar?day={noon:%Y-%m-%d}")
    card = page.locator(f"#event-{row.pk}")

    card.hover()
    page.mouse.down()
    page.mouse.move(600, 600, steps=4)
    page.keyboard.press("Escape")
    page.mouse.up()
    assert is_at(row, noon)
    card.click()
    page.wait_for_url(f"**/app/publications/{row.pk}")


def test_in_a_week_a_post_is_dragged_to_another_hour_and_keeps_its_minutes(
    page: Page, alice: User, noon: datetime
) -> None:
    row = store(alice, due_at=noon + timedelta(minutes=20))
    page.goto(f"/app/calendar?view=week&day={noon:%Y-%m-%d}")
    target = page.locator(f".hour[data-day='{noon:%Y-%m-%d}'][data-hour='14']")

    page.locator(f"#event-{row.pk}").hover()
    page.mouse.down()
    target.hover(force=True)
    page.mouse.up()

    expect(target.locator(f"#event-{row.pk}")).to_be_visible()
    assert is_at(row, noon + timedelta(hours=2, minutes=20))


@pytest.mark.parametrize(("hours", "view", "first"), [([1, 10], "week", 8), ([22], "day", 22), ([], "week", 8)])
def test_a_week_opens_at_the_working_hours_or_where_there_is_something(
    page: Page, alice: User, noon: datetime, hours: list[int], view: str, first: int
) -> None:
    for number, hour in enumerate(hours):
        store(alice, "x", content=states.post(alice, number), due_at=noon.replace(hour=hour))
    page.set_viewport_size({"width": 1280, "height": 700})
    page.goto(f"/app/calendar?view={view}&day={noon:%Y-%m-%d}")

    shown = page.locator(f"[data-day='{noon:%Y-%m-%d}'][data-hour='{first}']")
    expect(shown).to_be_in_viewport()
    box, names = shown.bounding_box(), page.locator(".week-day .day-name").first.bounding_box()
    assert box
    assert names
    # Right below the names of the days, or as far down as the day goes; and the page itself has not moved.
    assert first == 22 or abs(box["y"] - (names["y"] + names["height"])) < 3
    assert page.evaluate("scrollY") == 0
    expect(page.locator(".calendar-bar")).to_be_in_viewport()


def test_what_there_was_no_room_for_is_in_the_day_at_its_hour(page: Page, alice: User, noon: datetime) -> None:
    for number in range(7):
        at = noon.replace(hour=17, minute=number * 8)
        store(alice, "x", content=states.post(alice, number), due_at=at)
    page.goto(f"/app/calendar?view=week&day={noon:%Y-%m-%d}&channel=x")
    expect(page.locator("[data-event]")).to_have_count(4)

    page.get_by_role("link", name="+3 more").click()

    page.wait_for_url(re.compile(r"view=day.*channel=x#hour-17$"))
    expect(page.locator("[data-event]")).to_have_count(7)
    expect(page.locator("#hour-17")).to_be_in_viewport(ratio=1)


def test_what_is_published_stays_where_it_is(page: Page, alice: User, noon: datetime) -> None:
    row = store(alice, due_at=noon, state="published", published_at=noon)
    page.goto(f"/app/calendar?day={noon:%Y-%m-%d}")

    page.locator(f"#event-{row.pk}").hover()
    page.mouse.down()
    page.locator(f"li[data-day='{noon + timedelta(days=1):%Y-%m-%d}']").hover(force=True)
    page.mouse.up()

    assert is_at(row, noon)


def test_the_keyboard_goes_from_day_to_day_moves_posts_and_opens_days(page: Page, alice: User, noon: datetime) -> None:
    row = store(alice, due_at=noon)
    page.goto(f"/app/calendar?day={noon:%Y-%m-%d}")
    day = page.locator(f"#day-{noon:%Y-%m-%d}")
    assert page.locator("[data-date][tabindex='0']").count() == 1

    day.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(f"#day-{noon + timedelta(days=1):%Y-%m-%d}")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(f"#day-{noon + timedelta(days=8):%Y-%m-%d}")).to_be_focused()

    link = page.locator(f"#event-{row.pk} a")
    link.focus()
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator(f"li[data-day='{noon + timedelta(days=7):%Y-%m-%d}'] #event-{row.pk}")).to_be_visible()
    expect(page.locator(f"#event-{row.pk} a")).to_be_focused()
    assert is_at(row, noon + timedelta(days=7))

    page.locator(f"#day-{noon:%Y-%m-%d}").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**view=day**")


def test_arrows_go_on_in_the_next_month(page: Page, noon: datetime) -> None:
    page.goto(f"/app/calendar?day={noon:%Y-%m-%d}")
    first_of_next = (noon.replace(day=28) + timedelta(days=5)).replace(day=1)
    for _ in range(7):
        page.locator("[data-date]:focus, [data-date][tabindex='0']").first.focus()
        page.keyboard.press("ArrowDown")
        page.wait_for_load_state()
    expect(page.locator("[data-date]:focus")).to_have_count(1)
    focused = page.locator("[data-date]:focus").get_attribute("data-date")
    assert focused == (noon + timedelta(days=49)).date().isoformat() > first_of_next.date().isoformat()


def test_n_writes_a_new_post_for_the_day(page: Page, noon: datetime) -> None:
    page.goto(f"/app/calendar?day={noon:%Y-%m-%d}")
    page.locator(f"#day-{noon:%Y-%m-%d}").focus()
    page.keyboard.press("n")
    page.wait_for_url(re.compile(rf"/app/create\?.*day={noon:%Y-%m-%d}"))
    page.locator("#id_body").fill("Rain.")
    page.wait_for_url(re.compile(r"/app/create/[0-9a-f-]{36}$"))
    page.get_by_role("button", name="Schedule…").click()
    expect(page.get_by_role("dialog", name="Schedule").get_by_label("Day", exact=True)).to_have_value(
        f"{noon:%Y-%m-%d}"
    )


def test_who_has_the_shortcuts_off_types_n_for_nothing(page: Page, alice: User, noon: datetime) -> None:
    CreatorProfile.objects.create(user=alice, shortcuts=False)
    page.goto(f"/app/calendar?day={noon:%Y-%m-%d}")
    day = page.locator(f"#day-{noon:%Y-%m-%d}")
    day.focus()
    page.keyboard.press("n")
    page.keyboard.press("ArrowRight")
    # The next key is heard where the first one was.
    expect(page.locator(f"#day-{noon + timedelta(days=1):%Y-%m-%d}")).to_be_focused()
    assert "/app/calendar" in page.url


def test_the_queue_is_reordered_by_dragging(page: Page, alice: User) -> None:
    slots.add(alice, [0, 1, 2, 3, 4, 5, 6], timezone.now().time())
    for number in range(3):
        planning.enqueue(states.post(alice, number), ["x"], now=timezone.now())
    page.goto("/app/calendar/queue")
    items = page.locator(".queue-item")

    items.nth(2).locator(".queue-grip").hover()
    page.mouse.down()
    box = items.nth(0).bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 4, steps=6)
    page.mouse.up()

    expect(page.get_by_text("The queue has a new order")).to_be_visible()
    expect(items.nth(0)).to_contain_text("Post 2")


def test_a_reminder_is_copied_and_marked_as_posted_on_a_phone(browser: Browser, live_server: Any, alice: User) -> None:
    row = store(alice, "onlyfans", state="reminded", reminded_at=timezone.now(), mailed_at=timezone.now())
    page = opened(browser, live_server, alice, **PHONE, permissions=["clipboard-read", "clipboard-write"]).pages[0]
    page.goto(f"/app/publications/{row.pk}")

    page.get_by_role("button", name="Copy: Text").tap()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == states.TEXT
    page.get_by_role("button", name="Mark as posted").tap()

    expect(page.get_by_text("Published", exact=True)).to_be_visible()
    row.refresh_from_db()
    assert row.state == "published"
    page.context.close()


@pytest.mark.parametrize("corner", CORNERS, ids=str)
def test_the_pages_have_no_barrier_and_no_overflow(
    browser: Browser, live_server: Any, alice: User, corner: Corner
) -> None:
    User.objects.filter(pk=alice.pk).update(locale=corner.language)
    CreatorProfile.objects.create(user=alice, handle="alice", feed_enabled=True)
    slots.add(alice, [0, 3], timezone.now().time())
    now = timezone.now()
    rows = [
        store(alice, "onlyfans", content=states.post(alice, 1), due_at=now, state="reminded", reminded_at=now),
        store(alice, "x", content=states.post(alice, 2), due_at=now, state="failed", error_code="missed"),
        store(alice, "x", content=states.post(alice, 3), due_at=now + timedelta(minutes=5)),
        store(alice, "huntaze", content=states.post(alice, 4), due_at=now, state="published", published_at=now),
    ]
    draft = states.post(alice, 5, planned_for=now)
    planning.enqueue(states.post(alice, 6), ["instagram", "x"], now=now)
    page = opened(browser, live_server, alice, **corner.options).pages[0]
    addresses = [f"/app/calendar?view={view}" for view in ("month", "week", "day", "list")]
    addresses += [f"/app/publications/{row.pk}" for row in rows]
    addresses += ["/app/calendar/queue", "/app/calendar/feed", f"/app/posts/{draft.pk}/schedule"]
    addresses += [f"/app/publications/{rows[0].pk}/move"]
    for address in addresses:
        page.goto(address)
        page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished))")
        name = re.sub(r"\W+", "-", address.removeprefix("/app/"))
        assert faults(page, f"{name}-{corner}") == [], address
    page.context.close()
