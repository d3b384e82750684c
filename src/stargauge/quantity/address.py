"""Addresses: a quantity's name with labels, `power_facility[operational, abilene]`; one parser for every interface."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.quantity import PICKED_AXES, Quantity, find
from stargauge.quantity.spoken import say

#: Axes whose labels a share leaves out to get its whole.
SHARED_AXES = ("site", "party", "line")
_SHARE = re.compile(r"^\s*share\s*\((?P<inside>.*)\)\s*$")
_ADDRESS = re.compile(r"^\s*(?P<name>[a-z][a-z0-9_]*)\s*(?:\[(?P<labels>[^\[\]]*)\])?\s*$")


def slug(text: str) -> str:
    """A name as a label, or as a part of a link: small letters and digits, with dashes between."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


@dataclass(frozen=True)
class Address:
    """A quantity's name and labels. Written `name[label, label]`; labels keep the order in which they were given."""

    name: str
    labels: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name}[{', '.join(self.labels)}]" if self.labels else self.name


@dataclass(frozen=True)
class Selection:
    """An address resolved against axes: for each axis the positions picked (one), or to be summed (several or all)."""

    address: Address
    quantity: Quantity
    positions: tuple[tuple[str, tuple[int, ...]], ...]
    labels: tuple[tuple[str, tuple[str, ...]], ...]


def parse_address(text: str) -> Address:
    """Read `name` or `name[label, label]`. Raises InputError where it is neither."""
    match = _ADDRESS.match(text)
    if match is None:
        raise InputError(say('got "{text}"; expected a quantity with labels such as power_facility[operational, abilene]', text=text))
    labels = tuple(label.strip() for label in (match["labels"] or "").split(",") if label.strip())
    return Address(match["name"], labels)


def parse_share(text: str) -> Address | None:
    """The address inside `share(...)`; None where the text is no share. Raises InputError where it holds no address."""
    match = _SHARE.match(text)
    return parse_address(match["inside"]) if match else None


def whole_of(address: Address, made: Quantity, axes: Mapping[str, Sequence[str]]) -> Address:
    """What a share is a share of: the same address without its site, party and line labels."""
    parts = {label for axis in SHARED_AXES if axis in made.axes for label in axes.get(axis, ())}
    return Address(address.name, tuple(label for label in address.labels if label not in parts))


def resolve(address: Address, quantities: Mapping[str, Quantity], axes: Mapping[str, Sequence[str]]) -> Selection:
    """Find for each label its axis, and for each axis its labels: several or none are summed where the quantity adds over it.

    Raises InputError for an unknown quantity or label (with the nearest), or where an axis that cannot be summed got no or several labels.
    """
    made = find(address.name, dict(quantities))
    chosen: dict[str, list[str]] = {}
    for label in address.labels:
        axis = next((axis for axis in made.axes if axis not in ("draw", "month") and label in axes[axis]), None)
        if axis is None:
            offered = [label for axis in made.axes if axis not in ("draw", "month") for label in axes[axis]]
            raise InputError(
                say(
                    '{address}: "{label}" is no label of {name}{near} (it takes: {offered})',
                    address=address,
                    label=label,
                    name=made.name,
                    near=did_you_mean(label, offered),
                    offered=", ".join(offered) or say("none", "fault"),
                )
            )
        chosen.setdefault(axis, []).append(label)
    positions, labels = [], []
    for axis in made.axes:
        if axis in ("draw", "month"):
            continue
        names = chosen.get(axis, list(axes[axis]))
        if len(names) != 1 and (axis in PICKED_AXES or axis not in made.adds):
            raise InputError(
                say("{address}: choose one label along {axis}: {axes}", address=address, axis=axis, axes=", ".join(axes[axis]))
            )
        positions.append((axis, tuple(list(axes[axis]).index(name) for name in names)))
        labels.append((axis, tuple(names)))
    return Selection(address, made, tuple(positions), tuple(labels))
