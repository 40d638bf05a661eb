import pytest


@pytest.fixture
def desk(client, staff, page):
    """A browser without JavaScript in which somebody of the staff is signed in."""
    client.force_login(staff)
    return client


@pytest.fixture
def commits(django_capture_on_commit_callbacks):
    """Run at the end of the block what waits for a commit."""
    return lambda: django_capture_on_commit_callbacks(execute=True)
