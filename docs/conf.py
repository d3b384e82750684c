"""Settings of the documentation. Pages of reference are written from the code before each build, and the gallery is run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import gallery  # noqa: E402
import generated  # noqa: E402
import readable  # noqa: E402

from stargauge import __version__  # noqa: E402

project = "Stargauge"
author = "The Stargauge authors"
copyright = "The Stargauge authors. Apache License 2.0"
version = release = __version__
extensions = ["myst_parser"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "_made"]
html_theme = "furo"
html_title = "Stargauge"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#1b1f24", "color-brand-content": "#0b57a4", "color-background-primary": "#fbfaf7",
        "color-background-secondary": "#f3f1ea", "color-sidebar-caption-text": "#545c66",
    },
    "dark_css_variables": {
        "color-brand-primary": "#e9e7e2", "color-brand-content": "#8abdf6", "color-background-primary": "#14171b",
        "color-background-secondary": "#1a1e23", "color-sidebar-caption-text": "#a9afb8",
    },
}  # fmt: skip
# What is no page: the reports of the gallery, and schemas to download. Files lie in the site as they are.
html_extra_path = ["_made/site"]
html_copy_source = False
nitpicky = True

generated.write_all(HERE)
gallery.write_all(HERE)


def setup(app: Any) -> None:
    """Pages are mended once they are made."""
    app.connect("build-finished", readable.mend_all)
