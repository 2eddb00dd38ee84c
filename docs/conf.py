"""The documentation site: Sphinx with MyST and furo. ``make docs`` builds it into ``docs/_build``.

Static and offline: no script, font or picture from elsewhere. Pages that repeat what the code says
are written by `docs/made_pages.py` before each build.
"""

import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE)]

import made_pages  # noqa: E402 - beside this file, found by the line above

_PROJECT = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]

project = "Precision-oncology registry analysis"
copyright = "the authors; MIT licence"
release = version = _PROJECT["version"]
extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc"]
exclude_patterns = ["_build", "README.md"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
autodoc_typehints = "none"
autodoc_member_order = "bysource"
default_role = "literal"

html_theme = "furo"
html_title = project
html_static_path = ["_style"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
html_last_updated_fmt = None  # same inputs, same bytes
html_theme_options = {"footer_icons": []}


def setup(app):
    """Write the made pages, and turn links into the source tree into file and line."""
    made_pages.write(HERE)
    app.connect("source-read", made_pages.without_links_outside)
