"""The page of the model, made from the code: every quantity with unit, axes, formula and source, by discipline."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from generated import said

import stargauge
from stargauge.engine.simulate import model_graph
from stargauge.quantity.quantity import Quantity, quantities_of

HEAD = """# Every quantity

Every quantity by discipline: what it is, its unit, its axes, what it needs, and its formula with source. This page is made from the
docstrings; `stargauge explain NAME` says the same in a terminal, with numbers. An axis that a quantity may be summed over is marked with +.
"""


#: What an input is read from: what was known on the day.
KNOWN = "known"


def _need(name: str) -> str:
    """What a quantity needs, with the way to where it stands; of some the median alone."""
    if name == KNOWN:
        return "the file and the catalogue"
    whole = name if name in model_graph().quantities else name.removesuffix("_p50")
    return f"[`{whole}`](#{whole})" + " (median)" * (whole != name)


def modules(package: str) -> Iterator[ModuleType]:
    """The modules of one of our packages, by name; none where the package is not there."""
    folder = Path(stargauge.__file__).parent / package
    for found in sorted(pkgutil.iter_modules([str(folder)]), key=lambda module: module.name):
        yield importlib.import_module(f"stargauge.{package}.{found.name}")


def entry(quantity: Quantity) -> str:
    """One quantity: a heading, a line of facts, the docstring as it stands in the code."""
    axes = ", ".join(axis + ("+" if axis in quantity.adds else "") for axis in quantity.axes) or "none"
    kind = "flow within the month" if quantity.flow else "stock at month end" if "month" in quantity.axes else "no month"
    needs = ", ".join(map(_need, quantity.needs)) or "nothing"
    facts = f"Unit: `{quantity.unit}`. Axes: {axes}. {kind.capitalize()}. Needs: {needs}."
    return f"### {quantity.name}\n\n{facts}\n\n{said(quantity.doc)}"


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for title, package in (("", "model"), ("Inputs: ", "inputs")):
        for module in modules(package):
            made = quantities_of(module)
            if not made:
                continue
            says = " ".join((module.__doc__ or "").strip().split("\n\n", 1)[0].split())
            name = module.__name__.rsplit(".", 1)[-1].replace("_", " ").capitalize()
            parts += [f"## {title}{name if not title else name.lower()}\n\n{says}\n", *(entry(made[key]) for key in sorted(made))]
    return "\n".join(parts)
