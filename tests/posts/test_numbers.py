"""A number that no row can have is the number of nothing, wherever it stands."""

from __future__ import annotations

import pytest

from tests.support.site import Site, _tuesday_morning, site

__all__ = ["_tuesday_morning", "site"]

NONE_OF_OURS = ("99999999999999999999", "2147483648", "0", "-1", "x", "")


@pytest.mark.parametrize("number", NONE_OF_OURS)
@pytest.mark.parametrize("name", ["autosave", "plan", "experiment", "copy", "template"])
def test_a_new_post_is_begun_of_nothing(site: Site, name: str, number: str) -> None:
    assert site.visitor().get(f"/posts/new?{name}={number}").status_code == 200


@pytest.mark.parametrize("number", NONE_OF_OURS)
def test_the_check_looks_at_the_text_alone(site: Site, number: str) -> None:
    told = {"title": "Rooster", "checked_post": number}

    assert site.visitor().post("/posts/check", data=told).status_code == 200


@pytest.mark.parametrize("number", NONE_OF_OURS)
@pytest.mark.parametrize("name", ["channel", "value"])
def test_nothing_fits_what_is_not_there(site: Site, name: str, number: str) -> None:
    assert site.visitor().get(f"/calendar/fitting?{name}={number}").status_code < 500
