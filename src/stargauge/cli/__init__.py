"""Ask from a terminal."""

from __future__ import annotations

from stargauge.cli.main import main

__all__ = ["main"]
