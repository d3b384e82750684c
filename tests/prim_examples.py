"""Examples on which our PRIM and that of the EMA Workbench are set side by side.

`python -m tests.prim_examples PYTHON` writes tests/data/prim_boxes.json anew: PYTHON is one that has ema_workbench.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from stargauge.quantity.effects.prim import Dimension

ROOT = Path(__file__).parent
BOXES, DRAWS = ROOT / "data" / "prim_boxes.json", ROOT / "data" / "prim_draws.json"
LEAST = 0.05


def planted(count: int = 2000) -> dict[str, Any]:
    """Points of a Weyl sequence in six dimensions and three categories: true in a box of three of them, with a few that are not."""
    at = np.arange(1, count + 1)
    columns: dict[str, list[float]] = {
        f"x{number}": np.modf(at * np.sqrt(prime))[0].tolist() for number, prime in enumerate((2, 3, 5, 7, 11, 13))
    }
    columns["kind"] = (at * 7 % 3).astype(float).tolist()
    x = {name: np.asarray(values) for name, values in columns.items()}
    inside = (x["x0"] > 0.3) & (x["x0"] < 0.7) & (x["x1"] < 0.45) & (x["kind"] != 1)
    truth = (inside & (at % 17 != 0)) | (at % 13 == 0)
    return {"columns": columns, "categories": {"kind": 3}, "truth": truth.tolist(), "least": LEAST}


def drawn() -> dict[str, Any]:
    """Draws of a real reading of Stargate (over 100,000 jobs in all by January 2029), as they were drawn when the vector was made."""
    return dict(json.loads(DRAWS.read_text(encoding="utf-8")))


EXAMPLES = {"planted": planted, "drawn": drawn}


def dimensions(example: Mapping[str, Any]) -> list[Dimension]:
    """The columns as dimensions: numbers first, then categories, as the EMA Workbench takes them."""
    names = names_of(example)
    return [Dimension(np.asarray(example["columns"][name], dtype=np.float64), example["categories"].get(name, 0)) for name in names]


def names_of(example: Mapping[str, Any]) -> list[str]:
    """Names of the dimensions in their order."""
    return sorted(example["columns"], key=lambda name: (name in example["categories"], list(example["columns"]).index(name)))


def asked_of_ema(python: str, example: Mapping[str, Any]) -> dict[str, Any]:
    """The box of the EMA Workbench."""
    made = subprocess.run([python, str(ROOT / "ema_prim.py")], input=json.dumps(example), capture_output=True, text=True, check=True)
    return dict(json.loads(made.stdout.splitlines()[-1]))


def main(python: str) -> None:
    """Write the boxes of all examples."""
    found = {name: asked_of_ema(python, example()) for name, example in EXAMPLES.items()}
    for box in found.values():
        del box["seconds"]
    BOXES.write_text(json.dumps(found) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
