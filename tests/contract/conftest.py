"""Lets the shipped suites explain their failures as tests in this folder do."""

import pytest

pytest.register_assert_rewrite("appsprint.testing")
