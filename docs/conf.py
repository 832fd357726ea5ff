"""How the site is built: `make site`, from the README, the notebooks and the pages here."""

import json
import sys
from pathlib import Path
from typing import Any

import nltrade

sys.path.insert(0, str(Path(__file__).parent))
import home
import lighter

project = "nltrade"
author = "The nltrade authors"
version = release = nltrade.__version__
copyright = "the nltrade authors; figures: CBS, CC BY 4.0"

root_doc = "README"
include_patterns = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
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
nb_code_prompt_show = "Show the code"
nb_code_prompt_hide = "Hide the code"
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
html_additional_pages = {"index": "index.html"}  # the home page: the answer first
# room for figures, tables and the picture of the house
html_sidebars = {"index": [], "README": [], "notebooks/*": [], "docs/architecture": []}
html_context = {"default_mode": "light", "home": home.home()}  # the figures are drawn on white
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
    """Fit the sources for the site, and write the briefings that its home page points to."""
    contents = (Path(__file__).parent / "contents.txt").read_text(encoding="utf-8")

    def fit(_app: Any, docname: str, source: list[str]) -> None:
        if docname == root_doc:  # the contents below the README, and a page for the folder
            source[0] = source[0].replace("](notebooks/)", "](docs/notebooks.md)") + contents
        elif docname.startswith("notebooks/"):
            source[0] = folded(source[0])

    def finish(built: Any, error: Exception | None) -> None:
        if error is None:
            home.write_briefings(Path(built.outdir) / "briefings")
            lighter.lighten(Path(built.outdir))

    app.connect("source-read", fit)
    app.connect("build-finished", finish)


def folded(notebook: str) -> str:
    """Fold the code of a notebook: a reader sees what it shows, and opens the rest."""
    read = json.loads(notebook)
    for cell in read["cells"]:
        if cell["cell_type"] == "code":
            cell["metadata"].setdefault("tags", []).append("hide-input")
    return json.dumps(read)
