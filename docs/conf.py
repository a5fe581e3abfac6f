"""Sphinx settings; `make docs` builds with ``-n -W``: a broken reference fails."""

from __future__ import annotations

from importlib.metadata import version as version_of

project = "customer360"
author = "customer360 contributors"
project_copyright = "2026, customer360 contributors"
version = release = version_of("customer360")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
nitpicky = True
html_theme = "furo"
html_title = "customer360"

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "show-inheritance": True}
napoleon_google_docstring = True
napoleon_numpy_docstring = False
autodoc_inherit_docstrings = True
