"""What is read out of a Forge's answers."""

from typing import Any

import pytest

from custom_components.atelier.forge.entities.update import newer
from custom_components.atelier.forge.facts import apart, hindrance, newest
from custom_components.atelier.forge.refusals import sentence


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"stable": "24.10.4", "releases": ["25.12.0"]}, "24.10.4"),
        ({"releases": ["23.05.10", "23.05.9", "24.10.0-rc1", 7]}, "23.05.10"),
        ({"stable": "", "releases": "none"}, None),
        ({}, None),
    ],
)
def test_the_newest_release(said: dict[str, Any], expected: str | None) -> None:
    assert newest(said) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            {"cannot_build": {"code": "precondition.unsupported_host", "message": "A toaster"}},
            {"code": "precondition.unsupported_host", "message": "A toaster"},
        ),
        ({"cannot_build": None}, None),
        ({}, None),
    ],
)
def test_why_nothing_can_be_built(said: dict[str, Any], expected: dict[str, str] | None) -> None:
    assert hindrance(said) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("0.1.0", "0.1.9", False),
        ("0.1.0", "0.2.0", True),
        ("1.1.0", "0.1.0", True),
        ("nonsense", "0.1.0", True),
        ("nonsense", "0.0.0", True),
        ("", "0.1.0", True),
    ],
)
def test_versions_that_are_apart(one: str, other: str, expected: bool) -> None:
    assert apart(one, other) is expected


@pytest.mark.parametrize(
    ("named", "stable", "expected"),
    [
        ("23.05.5", "24.10.4", "24.10.4"),
        ("24.10.4", None, "24.10.4"),
        ("23.05-SNAPSHOT", "24.10.4", "23.05-SNAPSHOT"),
        ("neither", "24.10.4", "neither"),
    ],
)
def test_what_to_build_from(named: str, stable: str | None, expected: str) -> None:
    assert newer(named, stable) == expected


@pytest.mark.parametrize(
    ("code", "facts", "expected"),
    [
        (
            "build.packages_missing",
            {"packages": ["tmux", "vim"]},
            ("forge_refused_build_packages_missing", {"packages": "tmux, vim"}),
        ),
        (
            "conflict.version",
            {"version": 7, "profile_id": "attic"},
            ("forge_refused_conflict_version", {"version": "7"}),
        ),
        ("internal", {}, ("forge_refused_internal", {})),
        ("conflict.version", {}, None),
        ("conflict.version", {"version": {"of": "another form"}}, None),
        ("precondition.of_a_newer_forge", {"version": 7}, None),
    ],
)
def test_a_refusals_sentence(
    code: str, facts: dict[str, Any], expected: tuple[str, dict[str, str]] | None
) -> None:
    assert sentence(code, facts) == expected
