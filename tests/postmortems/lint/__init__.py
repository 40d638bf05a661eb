import pytest

pytest.register_assert_rewrite("tests.postmortems.lint.samples")
