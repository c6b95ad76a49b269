"""What a person is told that a parameter takes, where they gave something else."""

from typing import Any

import pytest

from custom_components.atelier.props.errors import misfit
from custom_components.atelier.wire.values import ValueSpec


@pytest.mark.parametrize(
    ("described", "told"),
    [
        ({"type": "bool"}, {"misfit": "bool"}),
        ({"type": "text"}, {"misfit": "text"}),
        ({"type": "text", "min": 1, "max": 2}, {"misfit": "text"}),
        ({"type": "int"}, {"misfit": "int"}),
        ({"type": "float"}, {"misfit": "float"}),
        ({"type": "choice", "options": ["a", "b"]}, {"misfit": "choice", "options": "a, b"}),
        (
            {"type": "int", "min": 0, "max": 30},
            {"misfit": "int_range", "least": "0", "most": "30"},
        ),
        ({"type": "float", "min": 0.5}, {"misfit": "float_range", "least": "0.5", "most": "∞"}),
        ({"type": "int", "max": 9}, {"misfit": "int_range", "least": "-∞", "most": "9"}),
    ],
)
def test_what_a_parameter_takes(described: dict[str, Any], told: dict[str, str]) -> None:
    assert misfit(ValueSpec.of("volume", described)) == told
