"""The frame as a person has it: palette, menus, dialogs, shortcuts, toasts, theme; by keyboard, in a real browser."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as configuration
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from accounts import notifications
from accounts.models import CreatorProfile, User
from content.models import Content
from tests.huntaze.conftest import Opener

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]

# A browser is slow beside other tests.
expect.set_options(timeout=20_000)

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture(autouse=True)
def gallery(settings: Any) -> None:
    settings.COMPONENT_GALLERY = True


def settled(page: Page) -> None:
    """Wait for what moves once; what turns for ever is left alone."""
    page.evaluate("""Promise.all(document.getAnimations()
        .filter((one) => one.effect.getComputedTiming().iterations !== Infinity)
        .map((one) => one.finished)).then(() => true)""")


def accessible(page: Page) -> None:
    settled(page)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def cookie(context: BrowserContext, name: str) -> str:
    return next((each["value"] for each in context.cookies() if each["name"] == name), "")


class TestPalette:
    def test_from_the_keys_to_a_post_without_a_mouse(self, opened: Opener, alice: User) -> None:
        now = timezone.now()
        post = Content.objects.create(user=alice, title="Rain on Sunday", body="Drip.", created_at=now, updated_at=now)
        page = opened("/app/settings")

        page.keyboard.press("Control+k")
        box = page.get_by_role("combobox", name="Search and commands")
        expect(box).to_be_focused()
        expect(page.locator("#palette").get_by_role("option", name="Posts").first).to_be_visible()
        page.keyboard.type("rain on")
        option = page.get_by_role("option", name=re.compile("Rain on Sunday"))
        expect(option).to_have_attribute("aria-selected", "true")
        assert box.get_attribute("aria-activedescendant") == option.get_attribute("id")
        expect(page.locator("#palette-status")).to_have_text("1 result")
        page.keyboard.press("Enter")

        page.wait_for_url(re.compile(str(post.pk)))

    def test_the_arrows_go_round_and_escape_gives_focus_back(self, opened: Opener) -> None:
        page = opened("/app/settings")
        page.get_by_label("Name").first.focus()
        page.keyboard.press("Control+k")
        options = page.locator("#palette").get_by_role("option")
        expect(options.first).to_have_attribute("aria-selected", "true")

        page.keyboard.press("ArrowDown")
        expect(options.nth(1)).to_have_attribute("aria-selected", "true")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        expect(options.last).to_have_attribute("aria-selected", "true")
        accessible(page)
        page.keyboard.press("Escape")

        expect(page.locator("#palette")).to_be_hidden()
        expect(page.get_by_label("Name").first).to_be_focused()

    def test_an_action_presses_its_button(self, opened: Opener, alice: User) -> None:
        page = opened("/app/settings")
        page.keyboard.press("Control+k")
        # Enter comes before the answer does, and waits for it.
        page.keyboard.type("theme dark")
        with page.expect_response("**/theme"):
            page.keyboard.press("Enter")

        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        alice.refresh_from_db()
        assert alice.theme == "dark"

    def test_nothing_found_says_so_and_what_is_typed_shows_as_text(self, opened: Opener) -> None:
        page = opened("/app/settings")
        page.get_by_role("button", name="Search").click()
        page.keyboard.type("<i>zzz")

        expect(page.locator("#palette-list")).to_contain_text("Nothing matches “<i>zzz”.")
        accessible(page)


class TestShortcuts:
    def test_g_and_a_letter_goes_there_and_c_makes(self, opened: Opener) -> None:
        page = opened("/app/settings")
        page.keyboard.press("g")
        page.keyboard.press("p")
        page.wait_for_url("**/app/posts")

        page.keyboard.press("c")
        item = page.get_by_role("menuitem", name="Write a post")
        expect(item).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator("#create-menu")).to_be_hidden()

    def test_the_sheet_opens_by_its_key_and_tells_of_all(self, opened: Opener) -> None:
        page = opened("/app/settings")
        page.keyboard.press("?")

        sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
        expect(sheet).to_be_visible()
        accessible(page)
        for link in page.locator(".sidebar [data-key]").all():
            key = str(link.get_attribute("data-key")).upper()
            expect(sheet.get_by_text(key, exact=True).first).to_be_visible()

    def test_they_can_be_switched_off_and_on(self, opened: Opener, alice: User) -> None:
        page = opened("/app/settings")
        page.keyboard.press("?")
        page.get_by_role("button", name="Switch them off").click()
        page.wait_for_url("**/app/settings")
        expect(page.locator("#app")).to_have_attribute("data-shortcuts", "off")
        assert CreatorProfile.objects.get(user=alice).shortcuts is False

        page.keyboard.press("?")
        page.keyboard.press("g")
        page.keyboard.press("p")
        expect(page.locator("#shortcuts")).to_be_hidden()
        page.keyboard.press("Control+k")
        expect(page.get_by_role("combobox", name="Search and commands")).to_be_focused()
        assert page.url.endswith("/app/settings")

    def test_who_types_is_left_alone(self, opened: Opener) -> None:
        page = opened("/app/settings")
        box = page.get_by_label("Name").first
        box.fill("")
        box.press_sequentially("c?g p[")

        expect(box).to_have_value("c?g p[")
        expect(page.locator("#create-menu")).to_be_hidden()
        assert page.url.endswith("/app/settings")


class TestOverlays:
    def test_a_dialog_takes_focus_keeps_it_and_gives_it_back(self, opened: Opener) -> None:
        page = opened("/app/_components")
        opener = page.get_by_role("button", name="Open a dialog")
        opener.focus()
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name="Name this voice")
        expect(dialog.get_by_label("Name")).to_be_focused()
        accessible(page)

        inside = """document.activeElement === document.body
            || document.querySelector('#sample-dialog').contains(document.activeElement)"""
        for _ in range(8):
            page.keyboard.press("Tab")
            assert page.evaluate(inside)
        page.keyboard.press("Escape")

        expect(dialog).to_be_hidden()
        expect(opener).to_be_focused()

    def test_a_click_beside_it_closes_it_and_one_inside_does_not(self, opened: Opener) -> None:
        page = opened("/app/_components")
        page.get_by_role("button", name="Open a dialog").click()
        dialog = page.locator("#sample-dialog")
        dialog.get_by_role("heading").click()
        expect(dialog).to_be_visible()
        page.mouse.click(5, 5)
        expect(dialog).to_be_hidden()

    def test_a_drawer_comes_from_the_side_and_on_a_phone_from_below(self, opened: Opener) -> None:
        for options, corner in (({}, "right"), (PHONE, "bottom")):
            page = opened("/app/_components", **options)
            page.get_by_role("button", name="Open a drawer").click()
            settled(page)
            box = page.locator("#sample-drawer").bounding_box()
            size = page.viewport_size
            assert box
            assert size
            assert box["x"] + box["width"] == pytest.approx(size["width"], abs=1)
            assert box["y"] + box["height"] == pytest.approx(size["height"], abs=1)
            assert (box["y"] == 0) == (corner == "right")
            accessible(page)
            page.get_by_role("button", name="Close").last.click()
            expect(page.locator("#sample-drawer")).to_be_hidden()

    def test_a_menu_by_keyboard(self, opened: Opener) -> None:
        page = opened("/app/_components")
        opener = page.get_by_role("button", name="Open a menu")
        opener.focus()
        page.keyboard.press("ArrowDown")
        expect(page.locator("#menu-edit")).to_be_focused()
        expect(opener).to_have_attribute("aria-expanded", "true")
        accessible(page)

        page.keyboard.press("ArrowDown")
        expect(page.locator("#menu-duplicate")).to_be_focused()
        # The disabled one is passed over, a letter leads to what begins with it, End to the last.
        page.keyboard.press("ArrowDown")
        expect(page.get_by_role("menuitem", name="A link")).to_be_focused()
        page.keyboard.press("d")
        expect(page.locator("#menu-delete")).to_be_focused()
        page.keyboard.press("Home")
        page.keyboard.press("ArrowUp")
        expect(page.locator("#menu-delete")).to_be_focused()
        page.keyboard.press("Enter")

        expect(page.locator("#sample-menu")).to_be_hidden()
        expect(opener).to_be_focused()

    def test_a_menu_stays_on_the_screen(self, opened: Opener) -> None:
        page = opened("/app/_components", viewport={"width": 390, "height": 500})
        page.get_by_role("button", name="More actions").click()
        settled(page)
        box = page.locator("#sample-icon-menu").bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 500

    def test_tabs_by_keyboard(self, opened: Opener) -> None:
        page = opened("/app/_components")
        page.get_by_role("tab", name="Instagram").focus()
        page.keyboard.press("ArrowRight")

        expect(page.get_by_role("tab", name="OnlyFans")).to_be_focused()
        expect(page.get_by_role("tab", name="OnlyFans")).to_have_attribute("aria-selected", "true")
        expect(page.locator("#panel-two")).to_be_visible()
        expect(page.locator("#panel-one")).to_be_hidden()
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("tab", name="Instagram")).to_be_focused()

    def test_a_toast_offers_undo_and_goes_by_itself(self, opened: Opener) -> None:
        page = opened("/app/_components?toasts")
        toasts = page.locator("#toasts .toast")
        expect(toasts).to_have_count(2)
        expect(page.locator("#toasts form")).to_have_attribute("action", "/app/_components")
        toasts.nth(1).get_by_role("button", name="Dismiss").click()
        expect(toasts).to_have_count(1)
        accessible(page)
        page.mouse.move(5, 5)
        expect(toasts).to_have_count(0, timeout=15_000)

    def test_a_script_shows_a_toast_as_text(self, opened: Opener) -> None:
        page = opened("/app/_components")
        page.evaluate(
            "document.dispatchEvent(new CustomEvent('toast', { detail: { text: '<b>Deleted', undo: '/app/undo' } }))"
        )
        toast = page.locator("#toasts .toast")
        expect(toast).to_contain_text("<b>Deleted")
        expect(toast.locator("form")).to_have_attribute("action", "/app/undo")


class TestFrame:
    def test_the_sidebar_folds_and_is_folded_from_the_first_paint_on(self, opened: Opener) -> None:
        page = opened("/app/posts")
        page.locator("#fold").click()
        expect(page.locator("#app")).to_have_class(re.compile("app-folded"))
        assert cookie(page.context, "sidebar") == "folded"

        page.goto("/app/settings")
        assert "app-folded" in page.content().partition('id="app"')[0][-200:]
        accessible(page)
        page.keyboard.press("[")
        expect(page.locator("#app")).not_to_have_class(re.compile("app-folded"))

    def test_the_bell_shows_what_is_new_and_marks_it_read(
        self, opened: Opener, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(notifications, "KINDS", {})
        notifications.declare("due", icon="clock", level="warn", text=lambda data: f"Time to post {data['title']}")
        for title in ("Rain", "Snow"):
            notifications.notify(alice, "due", {"title": title}, url="/app/posts", now=timezone.now())
        page = opened("/app/settings")
        bell = page.get_by_role("button", name="Notifications, 2 unread")
        bell.focus()
        page.keyboard.press("Enter")

        panel = page.get_by_role("dialog", name="Notifications")
        expect(panel.get_by_text("Time to post Snow")).to_be_visible()
        accessible(page)
        panel.get_by_role("button", name="Mark all read").click()
        expect(page.get_by_role("button", name="Notifications", exact=True)).to_be_visible()
        panel.get_by_text("Time to post Rain").click()
        page.wait_for_url("**/app/posts")
        assert notifications.unread_count(alice) == 0

    @pytest.mark.parametrize("width", [1440, 390])
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_it_fits_and_everybody_can_use_it(self, opened: Opener, scheme: str, width: int) -> None:
        page = opened("/app/notifications", color_scheme=scheme, viewport={"width": width, "height": 844})
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if width == 390:
            page.get_by_role("button", name="More").click()
            expect(page.get_by_role("dialog", name="More").get_by_role("link", name="Settings")).to_be_visible()
            accessible(page)

    def test_the_skip_link_comes_first_and_leads_to_the_content(self, opened: Opener) -> None:
        page = opened("/app/notifications")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#main")).to_be_focused()


class TestTheme:
    @pytest.mark.parametrize("device", ["light", "dark"])
    @pytest.mark.parametrize("chosen", ["system", "light", "dark"])
    def test_the_first_paint_has_the_right_theme(self, opened: Opener, alice: User, chosen: str, device: str) -> None:
        alice.theme = chosen
        alice.save()
        expected = device if chosen == "system" else chosen
        # Without scripts: whatever is shown is what the server and the style sheet say, from the first paint on.
        page = opened("/app/notifications", color_scheme=device, java_script_enabled=False)

        red, _, _ = re.findall(r"\d+", page.locator("html").evaluate("el => getComputedStyle(el).backgroundColor"))

        assert (int(red) > 127) == (expected == "light")

    def test_switching_is_at_once_and_tells_the_browsers_bar(self, opened: Opener) -> None:
        page = opened("/app/notifications", color_scheme="light")
        page.get_by_role("button", name=re.compile("Alice")).click()
        with page.expect_response("**/theme"):
            page.get_by_role("button", name="Dark").click()
        assert page.locator("html").get_attribute("data-theme") == "dark"
        assert {meta.get_attribute("content") for meta in page.locator("meta[name=theme-color]").all()} == {"#111114"}


class TestConnection:
    def test_offline_is_said_and_no_word_is_lost(self, opened: Opener) -> None:
        page = opened("/app/settings", expected="ERR_INTERNET_DISCONNECTED")
        page.context.set_offline(True)
        expect(page.get_by_text("You are offline.", exact=True)).to_be_visible()
        accessible(page)
        box = page.get_by_label("Name").first
        box.fill("Alice in the rain")
        box.press("Enter")

        expect(page.locator("#toasts")).to_contain_text("nothing was sent")
        expect(box).to_have_value("Alice in the rain")
        page.context.set_offline(False)
        expect(page.get_by_text("You are offline.", exact=True)).to_be_hidden()
        expect(page.locator("#toasts")).to_contain_text("online again")

    def test_a_session_that_ended_is_said_beside_the_work(self, opened: Opener) -> None:
        page = opened("/app/settings", quiet=True)
        box = page.get_by_label("Name").first
        box.fill("Alice in the rain")
        session = cookie(page.context, configuration.SESSION_COOKIE_NAME)
        page.context.clear_cookies(name=configuration.SESSION_COOKIE_NAME)
        page.locator(".bell").click()

        expect(page.get_by_text("You were logged out.")).to_be_visible()
        expect(box).to_have_value("Alice in the rain")
        page.keyboard.press("Escape")
        page.context.add_cookies(
            [{"name": configuration.SESSION_COOKIE_NAME, "value": session, "url": page.url.partition("/app")[0]}]
        )
        page.evaluate("dispatchEvent(new Event('focus'))")
        expect(page.get_by_text("You were logged out.")).to_be_hidden()

    def test_an_answer_that_failed_is_said(self, opened: Opener) -> None:
        page = opened("/app/settings", quiet=True)
        page.route("**/app/notifications/panel", lambda route: route.fulfill(status=500, body=""))
        page.locator(".bell").click()

        expect(page.locator("#toasts")).to_contain_text("That did not work.")


def test_a_long_address_is_shown_whole_on_a_phone(opened: Opener, alice: User) -> None:
    User.objects.update(email=f"{'a-long-name-' * 5}alice@photography.example.org")
    page = opened("/app/settings", **PHONE)
    address = page.get_by_text("@photography.example.org").first

    expect(address).to_be_visible()
    assert address.evaluate("(box) => box.scrollWidth <= box.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
