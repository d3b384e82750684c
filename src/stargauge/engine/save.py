"""A run as a folder: summary.json and arrays. It appears whole or not at all."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from stargauge.engine.streams import Array
from stargauge.quantity.errors import InputError, system_text
from stargauge.quantity.spoken import say

SUMMARY = "summary.json"


def save(folder: Path, summary: Mapping[str, Any], arrays: Mapping[str, Array]) -> Path:
    """Write beside the folder, then rename. An earlier run in its place is replaced; anything else is left alone and raises InputError."""
    if folder.exists() and not (folder.is_dir() and ((folder / SUMMARY).exists() or not any(folder.iterdir()))):
        raise InputError(say("{folder} exists and is no saved run; nothing was written", folder=folder))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise InputError(say("cannot write to {parent}: {why}", parent=folder.parent, why=system_text(error))) from None
    try:
        names = {address: f"{_file_name(address)}.npy" for address in arrays}
        for address, values in arrays.items():
            np.save(made / names[address], values)
        (made / SUMMARY).write_text(json.dumps({**summary, "arrays": names}, indent=1, allow_nan=False) + "\n", "utf-8")
        made.chmod(0o755)
        _put(made, folder)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return folder


def _put(made: Path, folder: Path) -> None:
    """Move a finished folder into place, over an earlier one."""
    if not folder.exists():
        os.rename(made, folder)
        return
    earlier = made.with_name(made.name + "-earlier")
    os.rename(folder, earlier)
    os.rename(made, folder)
    shutil.rmtree(earlier)


def _file_name(address: str) -> str:
    """`power_facility[operational, abilene/building-1]` as `power_facility--operational--abilene.building-1`."""
    return re.sub(r"[^a-z0-9_.-]+", "--", address.replace("/", ".")).strip("-")
