"""Writing at three in the morning, in real Chromium: nothing that is typed is ever lost."""

import re
from contextlib import contextmanager

import pytest
from django.test import Client
from playwright.sync_api import expect

from postmortems.models import Postmortem
from statuspage.team.models import User
from tests.browser import complaints, tab
from tests.postmortems.desk import url

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)


@pytest.fixture
def desk(chromium, site, staff):
    """Opens a tab in which somebody of the staff is signed in."""

    @contextmanager
    def signed_in(who=staff, width=1280, **options):
        client = Client()
        client.force_login(who)
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}
        with tab(chromium, site, viewport={"width": width, "height": 900}, **options) as page:
            page.context.add_cookies([cookie])
            # Whoever leaves with words unsaved is asked; here they always leave.
            page.on("dialog", lambda dialog: dialog.accept())
            yield page

    return signed_in


@pytest.fixture
def editor(draft):
    """Where the postmortem is written."""
    return url(draft.incident)


def lessons_of(page):
    return page.get_by_label("Lessons learned")


def cause_of(page):
    return page.get_by_label("Root cause analysis")


def is_saved(page):
    expect(page.locator("#saving")).to_have_text(re.compile(r"Saved at \d\d:\d\d"))


def is_not_saved(page, why):
    expect(page.locator("#trouble-saving")).to_contain_text(f"Not saved yet: {why}")
    expect(page.locator("#trouble-saving")).to_contain_text("Your text is kept in this browser.")


def action(page, number):
    return page.get_by_role("textbox", name=f"Action {number}")


def saved(draft):
    return Postmortem.objects.get(pk=draft.pk)


def order_of(page):
    return page.eval_on_selector_all("#actions textarea", "all => all.map(one => one.value)")


def test_what_is_typed_is_saved_and_the_cursor_stays_where_it_is(desk, draft, editor):
    with desk() as page:
        page.goto(editor)
        lessons_of(page).press("Home")
        page.keyboard.type("Now: ")
        is_saved(page)
        assert lessons_of(page).evaluate("one => [one === document.activeElement, one.selectionStart]") == [True, 5]
        with page.expect_response("**/autosave/"):
            page.keyboard.type("and here ")
        is_saved(page)
        assert lessons_of(page).input_value() == "Now: and here Paint one gate at a time."
        # Nothing is asked of whoever leaves.
        page.goto("/desk/")
        assert page.get_by_role("heading", level=1).is_visible()
    assert saved(draft).lessons == "Now: and here Paint one gate at a time."


@pytest.mark.parametrize("end", ["reload", "crash"])
def test_a_dead_connection_loses_nothing_and_the_text_is_offered_again(desk, draft, editor, end):
    with desk() as page:
        before = page.context.new_page() if end == "crash" else page
        before.goto(editor)
        before.get_by_role("button", name="Add an action").click()
        action(before, 4).wait_for()
        page.context.set_offline(True)
        cause_of(before).fill("Kept in this browser.")
        action(before, 4).fill("We called the mainland.")
        is_not_saved(before, "no connection")
        if end == "crash":
            # A tab that dies says no goodbye.
            before.close()
        # The network comes back too late for the page that was written in.
        page.context.route("**/autosave/", lambda route: route.abort("internetdisconnected"))
        page.context.set_offline(False)
        page.goto(editor)
        assert cause_of(page).input_value().startswith("The gate lost its power.")
        expect(page.locator("#kept-text")).to_contain_text("Text that was not saved is kept in this browser, from")
        page.context.unroute("**/autosave/")
        page.get_by_role("button", name="Put it back").click()
        expect(cause_of(page)).to_have_value("Kept in this browser.")
        expect(action(page, 4)).to_have_value("We called the mainland.")
        is_saved(page)
        page.goto(editor)
        expect(cause_of(page)).to_have_value("Kept in this browser.")
        expect(page.locator("#kept-text")).to_be_empty()
    assert saved(draft).root_cause == "Kept in this browser."
    assert draft.actions_taken.last().description == "We called the mainland."


def test_it_is_saved_by_itself_once_the_connection_is_back(desk, draft, editor):
    with desk() as page:
        page.goto(editor)
        page.context.set_offline(True)
        lessons_of(page).fill("Patience.")
        is_not_saved(page, "no connection")
        page.context.set_offline(False)
        is_saved(page)
        expect(page.locator("#trouble-saving")).to_contain_text("Saved at")
    assert saved(draft).lessons == "Patience."


def test_what_is_kept_can_be_discarded(desk, draft, editor):
    with desk() as page:
        page.goto(editor)
        page.route("**/autosave/", lambda route: route.abort("internetdisconnected"))
        lessons_of(page).fill("Nonsense.")
        is_not_saved(page, "no connection")
        page.goto(editor)
        page.get_by_role("button", name="Discard it").click()
        expect(page.locator("#kept-text")).to_be_empty()
        page.reload()
        expect(page.locator("#kept-text")).to_be_empty()
        assert lessons_of(page).input_value() == "Paint one gate at a time."


def test_whoever_signs_out_leaves_nothing_behind(desk, draft, editor):
    with desk() as page:
        page.goto(editor)
        page.route("**/autosave/", lambda route: route.abort("internetdisconnected"))
        lessons_of(page).fill("A secret.")
        is_not_saved(page, "no connection")
        assert "A secret." in page.evaluate("JSON.stringify(localStorage)")
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url(lambda address: "/desk/" not in address)
        assert "A secret." not in page.evaluate("JSON.stringify(localStorage)")


def test_whoever_is_signed_out_is_told_and_signs_in_elsewhere(desk, draft, editor, client, staff, site):
    with desk() as page:
        page.goto(editor)
        page.context.clear_cookies(name="sessionid")
        lessons_of(page).fill("Written meanwhile.")
        is_not_saved(page, "you are signed out")
        assert page.get_by_role("link", name="Sign in in another tab").is_visible()
        client.force_login(staff)
        page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])
        lessons_of(page).press("End")
        page.keyboard.type(" All of it.")
        is_saved(page)
    assert saved(draft).lessons == "Written meanwhile. All of it."


def test_two_people_in_different_sections_see_no_quarrel(desk, draft, editor):
    other = User.objects.create_user("night@example.com", is_staff=True)
    with desk() as mine, desk(other) as theirs:
        mine.goto(editor)
        theirs.goto(editor)
        cause_of(mine).fill("Mine.")
        lessons_of(theirs).fill("Theirs.")
        is_saved(mine)
        is_saved(theirs)
        # What the other one wrote comes with the next save, and the hands stay where they are.
        cause_of(mine).press("End")
        mine.keyboard.type(" All mine.")
        expect(lessons_of(mine)).to_have_value("Theirs.")
        assert cause_of(mine).evaluate("one => one === document.activeElement")
        for page in (mine, theirs):
            assert page.locator(".theirs").count() == 0
            expect(page.locator("#trouble-saving")).to_be_empty()
    assert (saved(draft).root_cause, saved(draft).lessons) == ("Mine. All mine.", "Theirs.")


def test_two_people_in_the_same_section_see_both_texts(desk, draft, editor):
    other = User.objects.create_user("night@example.com", is_staff=True)
    with desk() as mine, desk(other) as theirs:
        mine.goto(editor)
        theirs.goto(editor)
        cause_of(theirs).fill("Theirs.")
        is_saved(theirs)
        cause_of(mine).fill("Mine.")
        expect(mine.locator("#root_cause .theirs")).to_contain_text("Theirs.")
        expect(mine.locator("#trouble-saving")).to_contain_text("Somebody else wrote in the same place")
        assert saved(draft).root_cause == "Theirs."
        # Nothing is saved over it by typing on; pressing Save means it.
        cause_of(mine).fill("Mine, and theirs.\n")
        mine.wait_for_timeout(2500)
        assert saved(draft).root_cause == "Theirs."
        mine.get_by_role("button", name="Save", exact=True).click()
        mine.get_by_text("Saved. Readers see it once it is published.").wait_for()
        # The form is another one by a line's end that is not kept, and yet nothing is left to be put back.
        expect(mine.locator("#kept-text")).to_be_empty()
        assert mine.evaluate("Object.keys(localStorage).filter(key => key.startsWith('kept-text')).length") == 0
    assert saved(draft).root_cause == "Mine, and theirs."


@pytest.mark.parametrize("button", ["Save", "Publish…"])
def test_a_button_pressed_at_once_overwrites_nothing_that_was_not_shown(desk, draft, editor, button):
    other = User.objects.create_user("night@example.com", is_staff=True)
    with desk() as mine, desk(other) as theirs:
        mine.goto(editor)
        theirs.goto(editor)
        cause_of(theirs).fill("Theirs.")
        is_saved(theirs)
        cause_of(mine).fill("Mine.")
        mine.get_by_role("button", name=button, exact=True).click()
        expect(mine.locator("#root_cause .theirs")).to_contain_text("Theirs.")
        expect(mine.locator("#trouble-saving")).to_contain_text("Somebody else wrote in the same place")
        mine.wait_for_timeout(500)
        assert mine.url.endswith(editor)
        assert saved(draft).root_cause == "Theirs."
        # Whoever has read both and presses again means it.
        with mine.expect_navigation():
            mine.get_by_role("button", name=button, exact=True).click()
    assert saved(draft).root_cause == "Mine."


def _goes_nowhere(page):
    page.context.set_offline(True)


def _is_answered_by_a_stranger(page):
    page.route("**/autosave/", lambda route: route.fulfill(status=200, body="<h1>Welcome to our wireless network</h1>"))


@pytest.mark.parametrize(
    ("loses_the_server", "why"),
    [(_goes_nowhere, "no connection"), (_is_answered_by_a_stranger, "the server could not answer")],
)
def test_save_stays_on_the_page_until_the_server_has_answered(desk, draft, editor, loses_the_server, why):
    with desk() as page:
        page.goto(editor)
        loses_the_server(page)
        lessons_of(page).fill("Patience.")
        page.get_by_role("button", name="Save", exact=True).click()
        is_not_saved(page, why)
        page.wait_for_timeout(500)
        assert lessons_of(page).input_value() == "Patience."
        page.context.set_offline(False)
        page.unroute_all()
        # It is still there, and the button still works.
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_text("Saved. Readers see it once it is published.").wait_for()
    assert saved(draft).lessons == "Patience."


def test_a_sentence_stands_at_a_field_once_it_is_left(desk, draft, editor):
    with desk() as page:
        page.goto(editor)
        field = page.locator("#facts-detected").get_by_label("or in words")
        field.fill("around teatime")
        expect(page.locator("#saving")).to_contain_text("something needs another look")
        assert page.locator(".errorlist").count() == 0
        lessons_of(page).focus()
        expect(page.locator("#facts-detected .errorlist")).to_contain_text("cannot be read as one moment")
        expect(field).to_have_attribute("aria-invalid", "true")
        assert complaints(page) == []
        field.fill("2026-11-21 08:55 UTC")
        is_saved(page)
        assert page.locator(".errorlist").count() == 0
    assert saved(draft).facts.filter(key="detected").exists()


def test_ctrl_s_saves_at_once(desk, draft, editor):
    with desk() as page:
        page.goto(editor)
        lessons_of(page).fill("At once.")
        page.keyboard.press("Control+s")
        expect(page.locator("#said")).to_contain_text("Saved at")
        assert page.url.endswith(editor)
    assert saved(draft).lessons == "At once."


def test_rows_are_put_in_order_with_the_keyboard(desk, draft, editor):
    with desk() as page:
        page.goto(editor)
        handle = page.get_by_role("button", name="Move action 1: drag")
        handle.focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        expect(page.locator("#said")).to_have_text("Moved to place 3 of 3.")
        assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Move action 3: drag")
        assert order_of(page) == ["CANARY we shouted", "Power was restored.", "The gate was opened by hand."]
        assert action(page, 3).input_value() == "The gate was opened by hand."
        is_saved(page)
    assert draft.actions_taken.last().description == "The gate was opened by hand."


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "touch"])
def test_rows_are_put_in_order_by_dragging(desk, draft, editor, touch):
    with desk(width=360 if touch else 1280, has_touch=touch) as page:
        page.goto(editor)
        handle = page.get_by_role("button", name="Move action 3: drag")
        handle.scroll_into_view_if_needed()
        page.mouse.wheel(0, -300)
        page.wait_for_timeout(200)
        box = handle.bounding_box()
        top = page.locator("#actions .pm-row").first.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        steps = [(x, y + (top["y"] - y) * step / 10) for step in range(11)]
        if touch:
            session = page.context.new_cdp_session(page)
            points = [("touchStart", steps[0]), *(("touchMove", step) for step in steps), ("touchEnd", None)]
            for kind, at in points:
                at = [{"x": at[0], "y": at[1]}] if at else []
                session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})
        else:
            page.mouse.move(*steps[0])
            page.mouse.down()
            for step in steps:
                page.mouse.move(*step)
            page.mouse.up()
        expect(page.locator("#said")).to_have_text("Moved to place 1 of 3.")
        assert order_of(page)[0] == "Power was restored."
        is_saved(page)
    assert draft.actions_taken.first().description == "Power was restored."


def test_the_preview_stands_beside_and_renews_itself(desk, draft, editor):
    with desk(width=1440) as page:
        page.goto(editor)
        page.get_by_role("button", name="Preview beside").click()
        pane = page.frame_locator("#beside iframe")
        pane.get_by_text("Paint one gate at a time.").wait_for()
        lessons_of(page).fill("Paint none.")
        pane.get_by_text("Paint none.").wait_for()
        assert lessons_of(page).evaluate("one => one === document.activeElement")
        pane.get_by_role("button", name="Make a PDF").click()
        pane.get_by_text("The PDF is being made.").wait_for()
        page.reload()
        assert page.locator("#beside").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1280, 1720])
def test_anybody_can_use_it(desk, draft, editor, width, scheme):
    with desk(width=width, color_scheme=scheme) as page:
        page.goto(editor)
        if width >= 1280:
            page.get_by_role("button", name="Preview beside").click()
            page.frame_locator("#beside iframe").get_by_text("Ships could not enter.").wait_for()
        lessons_of(page).fill("Longer words.")
        is_saved(page)
        assert complaints(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_every_control_is_reached_with_the_keyboard_and_shows_it(desk, draft, editor):
    controls = "main :is(a[href], button, input:not([type=hidden]), select, textarea, summary)"
    with desk(width=1440) as page:
        page.goto(editor)
        wanted = page.eval_on_selector_all(controls, "all => all.filter(one => one.checkVisibility()).length")
        reached = page.evaluate(
            """controls => {
                 const all = [...document.querySelectorAll(controls)].filter(one => one.checkVisibility());
                 return all.filter(one => { one.focus({ focusVisible: true }); const style = getComputedStyle(one);
                   return document.activeElement === one && one.tabIndex === 0 && style.outlineStyle !== "none"
                     && parseFloat(style.outlineWidth) > 0; }).length;
               }""",
            controls,
        )
        assert (reached, wanted > 60) == (wanted, True)


def test_without_scripts_the_form_works_as_ever(desk, draft, editor):
    with desk(java_script_enabled=False) as page:
        page.goto(editor)
        assert not page.get_by_role("button", name="Move action 1: drag").is_visible()
        assert not page.get_by_role("button", name="Preview beside").is_visible()
        page.get_by_role("button", name="Move action 2 up").click()
        lessons_of(page).fill("By the button.")
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_text("Saved. Readers see it once it is published.").wait_for()
    assert saved(draft).lessons == "By the button."
    assert draft.actions_taken.first().description == "CANARY we shouted"
