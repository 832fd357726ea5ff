"""How the site is built: `make site`. Sources are the README, the notebooks, and the pages in this folder."""

from pathlib import Path
from typing import Any

import nltrade

project = "nltrade"
author = "The nltrade authors"
version = release = nltrade.__version__
copyright = "the nltrade authors; figures: CBS, CC BY 4.0"

root_doc = "README"
include_patterns = [
    "README.md",
    "CHANGELOG.md",
    "benchmarks/README.md",
    "notebooks/*.ipynb",
    "docs/**.md",
]
exclude_patterns = [".*", "build", "data", "dist", "nltrade", "site", "tests"]
templates_path = ["templates"]
extensions = ["myst_nb", "numpydoc", "sphinx.ext.autodoc"]

nb_execution_mode = "force"
nb_execution_in_temp = True  # a notebook writes nothing into the sources
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_output_stderr = "remove-warn"
nb_ipywidgets_js: dict[str, Any] = {}  # else each page with a widget asks other hosts for it
nb_mime_priority_overrides = [("html", "application/vnd.jupyter.widget-view+json", None)]

myst_heading_anchors = 3
default_role = "py:obj"
autodoc_typehints = "none"  # the docstrings have them, in words
autodoc_member_order = "bysource"
numpydoc_show_class_members = False

html_theme = "pydata_sphinx_theme"
html_title = "nltrade"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_additional_pages = {"index": "index.html"}  # leads to the README
html_sidebars = {
    "README": [],
    "CHANGELOG": [],
    "benchmarks/*": [],
    "notebooks/*": [],
}  # room for figures and tables
html_context = {"default_mode": "light"}  # the figures are drawn on white
html_copy_source = False
html_domain_indices = False
html_show_search_summary = False  # a browser reads no file that a page did not name
html_theme_options = {
    "navbar_end": [],
    "footer_start": ["copyright"],
    "footer_end": [],
    "show_toc_level": 2,
}


def setup(app: Any) -> None:
    """Fit the README for the site: the contents below it, and a page where it points to the folder of notebooks."""
    contents = (Path(__file__).parent / "contents.txt").read_text(encoding="utf-8")

    def fit_readme(_app: Any, docname: str, source: list[str]) -> None:
        if docname == root_doc:
            source[0] = source[0].replace("](notebooks/)", "](docs/notebooks.md)") + contents

    app.connect("source-read", fit_readme)
