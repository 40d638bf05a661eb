import logging
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from statuspage.components.services import report_components
from statuspage.publishing import services
from statuspage.publishing.services import publish_soon


class Rollback(Exception):
    pass


@contextmanager
def undone():
    """A savepoint that is rolled back."""
    try:
        with transaction.atomic():
            yield
            raise Rollback
    except Rollback:
        pass


@pytest.fixture
def published(monkeypatch):
    """What was handed to the press, publication by publication."""
    published = []
    monkeypatch.setattr(services, "publish_at_once", lambda *changed, owed: published.append(list(changed)) or True)
    return published


@pytest.fixture
def website(make_component):
    return make_component("Website")


@pytest.fixture
def api(make_component):
    return make_component("API")


@pytest.mark.django_db(transaction=True)
class TestForReal:
    def test_a_transaction_publishes_once_whatever_it_changed(self, published, website, api):
        with transaction.atomic():
            publish_soon(website)
            with transaction.atomic():
                publish_soon(api)
            publish_soon(website)
            assert published == []
        assert published == [[website, api]]

    def test_the_press_gets_the_object_as_it_was_told_of_last(self, published, website):
        again = type(website).objects.get(pk=website.pk)
        with transaction.atomic():
            publish_soon(website)
            publish_soon(again)
        assert published[0][0] is again

    def test_each_transaction_publishes_its_own(self, published, website, api):
        for component in (website, api):
            with transaction.atomic():
                publish_soon(component)
        assert published == [[website], [api]]

    def test_without_a_transaction_it_publishes_at_once(self, published, website):
        publish_soon(website)
        assert published == [[website]]

    def test_nothing_is_published_when_all_is_rolled_back(self, published, website, api):
        with undone():
            publish_soon(website)
        publish_soon(api)
        assert published == [[api]]

    def test_a_savepoint_rolled_back_takes_no_other_change_with_it(self, published, website, api):
        with transaction.atomic():
            with undone():
                publish_soon(website)
            publish_soon(api)
        assert published == [[api]]

    def test_what_was_told_before_a_savepoint_outlives_it(self, published, website, api):
        with transaction.atomic():
            publish_soon(website)
            with undone():
                publish_soon(api)
        # To publish one more, unchanged, is harmless; to miss one is not.
        assert website in published[0]
        assert len(published) == 1

    def test_what_is_told_after_a_savepoint_and_joined_in_it_is_not_lost(self, published, website, api):
        with transaction.atomic():
            with undone():
                publish_soon(website)
                publish_soon(api)
            with transaction.atomic():
                publish_soon(website)
            publish_soon(api)
        assert published == [[website, api]]

    def test_a_hook_that_changes_more_publishes_that_as_well(self, published, website, api):
        with transaction.atomic():
            publish_soon(website)
            transaction.on_commit(lambda: publish_soon(api))
        assert published == [[website], [api]]

    def test_a_press_that_fails_stops_nobody(self, monkeypatch, caplog, website):
        def fail(*changed, owed):
            raise OSError("the disk is full")

        monkeypatch.setattr(services, "publish_at_once", fail)
        told = []
        with caplog.at_level(logging.ERROR), transaction.atomic():
            publish_soon(website)
            transaction.on_commit(lambda: told.append("mail"))
        assert told == ["mail"]
        assert "the disk is full" in caplog.text

    def test_a_deleted_object_is_told_of_too(self, published, website, api):
        with transaction.atomic():
            website.delete()
            publish_soon(website, api)
        assert published == [[website, api]]

    def test_a_report_of_no_component_publishes_nothing(self, published, page):
        report_components({}, source="staff")
        assert published == []

    def test_no_hook_stays_behind(self, published, website):
        with transaction.atomic():
            publish_soon(website)
        assert connection.run_on_commit == []


class TestInsideATestCase:
    """Django's capture runs hooks while the outer transaction is still open and keeps them in its list."""

    def test_each_capture_publishes(self, published, website, api, django_capture_on_commit_callbacks):
        for component in (website, api):
            with django_capture_on_commit_callbacks(execute=True):
                publish_soon(component)
        assert published == [[website], [api]]

    def test_what_was_changed_before_the_capture_does_not_swallow_it(
        self, published, website, api, django_capture_on_commit_callbacks
    ):
        publish_soon(website)
        with django_capture_on_commit_callbacks(execute=True):
            publish_soon(api)
        assert published == [[website, api]]
