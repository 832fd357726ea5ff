"""What the documents name is there: files, headings, commands, options, functions, numbers."""

import json
import re
from functools import cache

import pytest
import typer

import nltrade as nl
from conftest import ROOT
from nltrade.cli import app

PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "benchmarks/README.md"]
PAGES += sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md"))
PAGES += sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "notebooks").glob("*.ipynb"))
COMMANDS = typer.main.get_command(app).commands
# Written by a command, or a folder that holds downloads: in no checkout.
MADE = {"data/fetched", "briefing/briefing-RU-2012.en.html"}


@cache
def written(page):
    """Read a page; of a notebook its prose."""
    text = (ROOT / page).read_text(encoding="utf-8")
    if not page.endswith(".ipynb"):
        return text
    cells = json.loads(text)["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def code(page):
    """List what stands as code in a page: whole lines of its blocks, and what is between ticks."""
    blocks = re.findall(r"```(?:sh|python)\n(.*?)```", written(page), flags=re.DOTALL)
    prose = re.sub(r"```.*?```", "", written(page), flags=re.DOTALL)
    ticked = [" ".join(each.split()) for each in re.findall(r"`([^`]+)`", prose)]
    return [line.partition("#")[0] for block in blocks for line in block.splitlines()] + ticked


def slugs(page):
    """Name the headings of a page as links to them do."""
    headings = re.findall(r"^#+ (.*)$", written(page), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("page", PAGES)
def test_every_link_of_a_page_leads_to_a_file_and_a_heading(page):
    for address in re.findall(r"\]\(([^)\s]+)\)", written(page)):
        if not re.match(r"https?://", address):
            file, _, heading = address.partition("#")
            target = (ROOT / page).parent / file if file else ROOT / page
            assert target.exists(), address
            if heading:
                assert heading in slugs(target.resolve().relative_to(ROOT).as_posix()), address


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_names_is_there(page):
    for name in code(page):
        if re.fullmatch(r"\.?\w[\w./-]*/[\w.-]*", name) and not name.startswith((".venv", "raw")):
            places = [ROOT, ROOT / "nltrade", (ROOT / page).parent]
            is_there = any((place / name).exists() for place in places)
            assert is_there or name.strip("/") in MADE | {"site"}, name


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_is_one_with_these_options(page):
    for line in code(page):
        words = line.split()
        if words[:1] != ["nltrade"] or not words[1:] or words[1].startswith("--"):
            continue
        command = COMMANDS[words[1]]
        known = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
        assert {word for word in words if word.startswith("--")} <= known | {"--help"}, line


@pytest.mark.parametrize("page", PAGES)
def test_every_function_that_a_page_calls_is_public(page):
    text = " ".join(code(page))
    assert set(re.findall(r"(?<![.\w])nl\.(\w+)", text)) <= {*nl.__all__, "NltradeError"}
    assert set(re.findall(r"\bnl\.charts\.(\w+)", text)) <= set(nl.charts.__all__)


def test_what_a_page_promises_of_make_is_in_the_makefile():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^(\w+):", makefile, flags=re.MULTILINE))
    asked = {
        target
        for page in PAGES
        for line in code(page)
        for target in re.findall(r"\bmake (\w+)", line)
    }
    assert {"briefing", "test", "lab", "site", "data"} <= asked <= targets


def test_the_pages_have_links_files_commands_and_functions_to_look_at():
    everything = [line for page in PAGES for line in code(page)]
    assert sum(line.startswith("nltrade ") for line in everything) > 30
    assert sum("nl." in line for line in everything) > 30
    assert sum("](" in written(page) for page in PAGES) > 4


def test_the_version_is_the_same_everywhere():
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    cited = re.search(r"^version: (\S+)", citation, flags=re.MULTILINE)[1]
    first = re.search(r"^## (\S+)", written("CHANGELOG.md"), flags=re.MULTILINE)[1]
    assert nl.__version__ == cited == first
    assert f"`v{first}`" in written("CONTRIBUTING.md")


def test_the_oldest_python_is_the_same_everywhere():
    files = ["pyproject.toml", "README.md", "Makefile", ".github/workflows/ci.yml"]
    project, readme, makefile, hosted = (
        (ROOT / file).read_text(encoding="utf-8") for file in files
    )
    oldest = re.search(r'^requires-python = ">=(.*)"$', project, flags=re.MULTILINE)[1]
    assert f"Python {oldest} or later" in readme
    assert f"Python {oldest} or later" in makefile
    assert f'python-version: ["{oldest}", ' in hosted
