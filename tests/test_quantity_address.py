"""Addresses and the register of quantities."""

from __future__ import annotations

import numpy as np
import pytest

from stargauge.quantity.address import Address, parse_address, resolve
from stargauge.quantity.errors import InputError
from stargauge.quantity.quantity import FIXED_AXES, quantities_of, quantity


@quantity("W", "draw stage site month", adds="site", rises=True)
def power_facility(power_it: np.ndarray) -> np.ndarray:
    """Power at the meter."""
    return power_it


QUANTITIES = {"power_facility": power_facility.quantity}  # type: ignore[attr-defined]
AXES = {**FIXED_AXES, "site": ("abilene", "milam", "unsited"), "month": ("2025-01",)}


def test_labels_find_their_axis_in_any_order() -> None:
    made = resolve(parse_address("power_facility[abilene, operational]"), QUANTITIES, AXES)
    assert made.positions == (("stage", (5,)), ("site", (0,)))


def test_missing_labels_are_summed_where_the_quantity_adds() -> None:
    made = resolve(parse_address("power_facility[operational]"), QUANTITIES, AXES)
    assert made.positions == (("stage", (5,)), ("site", (0, 1, 2)))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("power_facilty[operational]", 'did you mean "power_facility"?'),
        ("power_facility[operational, abilen]", 'did you mean "abilene"?'),
        ("power_facility[abilene]", "choose one label along stage"), ("power_facility[", "expected a quantity with labels"),
        ("__import__('os')", "expected a quantity with labels"),
    ],
)  # fmt: skip
def test_wrong_addresses_name_the_nearest(text: str, says: str) -> None:
    with pytest.raises(InputError) as error:
        resolve(parse_address(text), QUANTITIES, AXES)
    assert says in str(error.value)


def test_an_address_reads_as_it_was_written() -> None:
    assert str(parse_address(" power_facility[operational,abilene]")) == "power_facility[operational, abilene]"
    assert parse_address("jobs_direct") == Address("jobs_direct")


def test_the_register_knows_name_needs_and_doc() -> None:
    made = power_facility.quantity  # type: ignore[attr-defined]
    assert (made.name, made.needs, made.says, made.static) == ("power_facility", ("power_it",), "Power at the meter.", False)
    with pytest.raises(InputError):
        quantity("W", "month draw")(lambda power_it: power_it)
    import sys

    assert "power_facility" in quantities_of(sys.modules[__name__])
