"""What all tests share."""

import os

from hypothesis import HealthCheck, settings
import pytest

# Before Home Assistant's test plug-in makes a `hass`: the plug-in ships a package
# `custom_components` of its own, and the first one imported stays.
import custom_components.atelier  # noqa: F401 - to be the first, see above

settings.register_profile(
    "default",
    max_examples=100,
    deadline=None,
    derandomize="CI" in os.environ,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("default")

pytest.register_assert_rewrite("tests.factories")
