"""Phases of a site beside one another."""

from __future__ import annotations

import numpy as np
import pytest

from stargauge.quantity.sequence import places_in_site


@pytest.mark.parametrize(("site", "places"), [([0, 0, 0, 1, 2, 2], [0, 1, 2, 0, 0, 1]), ([1, 1, 0, 1], [0, 1, 0, 0]), ([3], [0]), ([], [])])
def test_the_place_of_a_phase_is_counted_anew_where_another_site_begins(site: list[int], places: list[int]) -> None:
    assert places_in_site(np.array(site, dtype=np.float64)).tolist() == places
