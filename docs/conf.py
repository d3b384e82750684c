"""Settings of the documentation. The page of the model is written from the code before each build."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import model_page  # noqa: E402

from stargauge import __version__  # noqa: E402

project = "Stargauge"
author = "The Stargauge authors"
copyright = "The Stargauge authors. Apache License 2.0"
version = release = __version__
extensions = ["myst_parser"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "Stargauge"
nitpicky = True

model_page.write(HERE / "model.md")
