"""Sphinx settings; `make docs` builds with ``-n -W``: a broken reference fails."""

from __future__ import annotations

from importlib.metadata import version as version_of

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.ext.napoleon import GoogleDocstring
from sphinx.util.nodes import make_refnode

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
# Nothing outside is asked for its index while building, so what is not ours cannot be linked; nor can type variables
# and private bases, which these pages do not describe.
nitpick_ignore_regex = [
    (
        r"py:.*",
        r"(abc|argparse|attrs|collections|contextlib|contextvars|datetime|enum|importlib|pathlib|sqlalchemy|types|typing)\..+",
    ),
    (r"py:.*", r"customer360(_testkit)?\..+\.([A-Z]|_\w+)"),
    (r"py:.*", r"_\w+|Back"),  # private classes and aliases that a signature names without their module
]

# A sentence with a colon under an attribute is a sentence, not napoleon's "type: description".
GoogleDocstring._parse_attribute_docstring = GoogleDocstring._consume_to_end


def by_short_name(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, contnode: nodes.TextElement
) -> nodes.reference | None:
    """Docstrings name our classes shortly, as code does: lead to the distribution's only object of that name."""
    target = node.get("reftarget", "").removeprefix(".")
    if node.get("refdomain") != "py" or "." in target:
        return None
    house = node.get("py:module", "").partition(".")[0]
    objects = env.domaindata["py"]["objects"]
    found = [
        name
        for name, entry in objects.items()
        if name.rpartition(".")[2] == target and name.partition(".")[0] == house and not entry.aliased
    ]
    if len(found) != 1:
        return None
    entry = objects[found[0]]
    return make_refnode(app.builder, node["refdoc"], entry.docname, entry.node_id, contnode, found[0])


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("missing-reference", by_short_name)
