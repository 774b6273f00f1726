"""Whose licences come with an installation, and that each of them may."""

import pytest

from tests.packaging.licences import ALLOWED, NOTED, groups, is_allowed, named

PACKAGES = {package for packages in groups().values() for package in packages}


def test_each_extra_brings_what_it_names_and_what_that_needs() -> None:
    extras = groups()
    assert set(extras) == {"", "distributed", "inspect", "local", "otel"}
    assert extras["local"] == ["xllamacpp"]
    assert {"distributed", "dask", "tornado"} <= set(extras["distributed"])
    assert {"opentelemetry-sdk", "protobuf"} <= set(extras["otel"])
    assert "opentelemetry-api" in extras[""]


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_its_licence_is_one_that_may_come_along(package: str) -> None:
    assert is_allowed(named()[package]), named()[package]


def test_what_asks_for_more_than_its_notice_is_noted() -> None:
    needed = {package for package in PACKAGES if named()[package] in NOTED}
    assert needed == {"certifi"}
    assert not ALLOWED & NOTED.keys()


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("MIT AND Apache-2.0", True),
        ("MIT AND GPL-3.0-only", False),
        ("GPL-3.0-only OR MIT", True),
        ("AGPL-3.0-only", False),
        ("BSD License", False),
        ("UNKNOWN", False),
    ],
)
def test_all_that_an_expression_asks_for_must_be_allowed_or_one_of_its_choices(
    expression: str, allowed: bool
) -> None:
    assert is_allowed(expression) is allowed
