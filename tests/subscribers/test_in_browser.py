"""Subscribing as people do it, in real Chromium; and the mails, whose links may be opened by anybody."""

import html5lib
import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from statuspage.incidents.services import open_incident
from statuspage.publishing.models import StatusPage
from statuspage.publishing.press import publish
from statuspage.subscribers import delivery, links
from statuspage.subscribers.answering import answer_sign_ups
from statuspage.subscribers.hook_letters import suspended_letter
from statuspage.subscribers.models import Delivery, Followed, Notice, SignUp, Subscriber
from statuspage.subscribers.services import Scope, sign_up, subscribe_verified, suspend
from tests.browser import complaints, tab
from tests.subscribers.conftest import path_in, told

pytestmark = pytest.mark.browser
HOOK = "https://hooks.example.net/" + "x" * 120


def state() -> list:
    """All that is known of subscribers."""
    return [list(model.objects.order_by("pk").values()) for model in (Subscriber, SignUp, Followed, Delivery)]


@pytest.fixture
def letters(site, make_component):
    """A letter of each sort, in two languages, with every link that a mail of this room can have."""
    make_component("Berths", group="Harbour")
    publish()
    subscribe_verified(channel="email", address="known@example.com", scope=Scope(whole_page=True), proof="x")
    everything, nothing = Scope(whole_page=True), Scope()
    for locale in ("en", "de"):
        sign_up(channel="email", address=f"new-{locale}@example.com", scope=everything, locale=locale)
        sign_up(channel="webhook", address=f"{HOOK}{locale}", contact=f"o-{locale}@example.com", scope=everything)
    sign_up(channel="email", address="known@example.com", scope=nothing)
    sign_up(channel="email", address="known@example.com", scope=everything)
    mail.outbox = []
    answer_sign_ups()
    assert len(mail.outbox) >= 5
    open_incident(name="Slow berths", status="investigating", body="We look into it.", affected={}, author=None)
    Notice.objects.update(due_at=timezone.now())
    delivery.fan_out()
    while delivery.drain_mail():
        pass
    assert mail.outbox[-1].to == ["known@example.com"]
    hook = subscribe_verified(channel="webhook", address=HOOK, contact="o@example.com", scope=everything, proof="x")
    suspend(hook, Subscriber.Suspension.ENDPOINT)
    mail.outbox.append(suspended_letter(hook, StatusPage.objects.get(), reason="500 Oops", at=timezone.now()))
    return mail.outbox


def paths_in(letter) -> set[str]:
    [(html, _kind)] = letter.alternatives
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    found = {link.get("href") for link in tree.iter("a")} | {w for w in letter.body.split() if w.startswith("http")}
    return {"/" + one.split("/", 3)[3] for one in found}


def test_opening_every_link_of_every_mail_changes_nothing(letters, site, chromium):
    paths = set().union(*map(paths_in, letters))
    assert any(path.startswith("/incidents/") for path in paths)
    assert {path.split("/")[2] for path in paths if "/subscriptions/" in path} == {"confirm", "manage", "unsubscribe"}
    before = state()
    with tab(chromium, site) as page:
        for path in sorted(paths):
            assert page.goto(path).status == 200
            page.wait_for_timeout(150)
    assert state() == before


def test_every_page_behind_a_mail_is_accessible_and_fits(letters, site, chromium):
    one = Subscriber.objects.get(channel="email")
    asked = SignUp.objects.get(address=f"{HOOK}en")
    paths = [
        "/subscribe",
        "/subscribe/sent",
        "/subscriptions/link",
        f"/subscriptions/confirm/{links.confirm_pass(asked)}",
        f"/subscriptions/manage/{links.manage_pass(one.code, one.secret, timezone.now())}",
        f"/subscriptions/unsubscribe/{links.unsubscribe_pass(one.code, one.secret)}",
    ]
    for scheme in ("light", "dark"):
        for width in (320, 1280):
            size = {"width": width, "height": 900}
            with tab(chromium, site, color_scheme=scheme, viewport=size, bypass_csp=True) as page:
                for path in paths:
                    page.goto(path)
                    if page.locator("[name=what][value=some]").count():
                        page.locator("[name=what][value=some]").check()
                    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                    assert (path, width, scheme, wider <= 0) == (path, width, scheme, True)
                    assert (path, width, scheme, complaints(page)) == (path, width, scheme, [])
    with tab(chromium, site) as page:
        for path in paths:
            page.goto(path)


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_a_reader_subscribes_from_the_front_page_to_the_last_button(site, chromium, make_component, javascript):
    make_component("Berths", group="Harbour")
    website = make_component("Website")
    publish()
    mail.outbox = []
    with tab(chromium, site, java_script_enabled=javascript, timezone_id="Asia/Tokyo") as page:
        page.goto("/")
        page.get_by_role("link", name="Subscribe").click()
        # Until its style has come, all of the form shows.
        page.get_by_label("Address of the hook").wait_for(state="hidden")
        page.get_by_label("Webhook").check()
        assert page.get_by_label("Address of the hook").is_visible()
        page.get_by_label("Email").check()
        page.get_by_label("Your mail address").fill("nobody")
        page.get_by_label("Only what I choose").check()
        page.get_by_label("Website").check()
        page.get_by_label("Planned maintenance").uncheck()
        page.get_by_role("button", name="Subscribe").click()
        assert page.get_by_text("does not look like a mail address").is_visible()
        assert page.get_by_label("Website").is_checked()
        page.get_by_label("Your mail address").fill("reader@example.com")
        page.get_by_role("button", name="Subscribe").click()
        page.get_by_role("heading", name="Check your mail").wait_for()
        answer_sign_ups()
        [letter] = mail.outbox
        page.goto(path_in(letter, "confirm"))
        page.get_by_role("button", name="Yes, tell me").click()
        page.get_by_role("link", name="Change your preferences").click()
        page.get_by_label("Incidents").uncheck()
        page.get_by_role("button", name="Save").click()
        assert page.get_by_text("Choose at least one: incidents").is_visible()
        page.get_by_label("Everything on this page").check()
        page.get_by_label("Planned maintenance").check()
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Saved.").wait_for()
        one = told("reader@example.com")
        assert (one.whole_page, one.incidents, one.maintenance) == (True, False, True)
        assert one.time_zone == ("Asia/Tokyo" if javascript else "")
        assert website not in one.components.all()
        page.get_by_role("link", name="Unsubscribe").click()
        page.get_by_role("button", name="Unsubscribe").click()
        page.get_by_role("heading", name="You are unsubscribed").wait_for()
    assert told("reader@example.com").unsubscribed_at


def test_the_desk_of_subscribers_is_accessible_and_fits(site, chromium, staff, client, make_component):
    make_component("Berths", group="Harbour")
    everything = Scope(whole_page=True)
    hook = {"channel": "webhook", "address": HOOK, "contact": "ops@example.com"}
    for whom in (hook, {"channel": "email", "address": "a@example.com"}):
        subscribe_verified(**whom, scope=everything, proof="Contract 4711")
    suspend(Subscriber.objects.get(channel="email"), Subscriber.Suspension.STAFF)
    client.force_login(staff)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}
    for scheme in ("light", "dark"):
        for width in (360, 1280):
            size = {"width": width, "height": 900}
            with tab(chromium, site, color_scheme=scheme, viewport=size, bypass_csp=True) as page:
                page.context.add_cookies([cookie])
                for name in ("index", "add", "import"):
                    page.goto(reverse(f"subscribers:{name}"))
                    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                    assert (name, width, scheme, wider <= 0) == (name, width, scheme, True)
                    assert (name, width, scheme, complaints(page)) == (name, width, scheme, [])
                    assert [
                        height
                        for height in page.eval_on_selector_all(
                            ".choices label", "found => found.map(one => one.offsetHeight)"
                        )
                        if height > 60
                    ] == []
