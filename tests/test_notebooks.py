import ast
import functools

import nbformat
import pytest
from nbclient import NotebookClient

import nltrade as nl
from cbs_replica import shih
from conftest import ROOT
from test_fetch import own, serve

__all__ = ["own", "serve"]  # fixtures

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A notebook in a language, run once for all tests that look at it."""
    return functools.cache(
        lambda path, lang: executed(path, lang, tmp_path_factory.mktemp(path.stem))
    )


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_stores_no_outputs(path):
    cells = nbformat.read(path, as_version=4).cells
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in cells)


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_a_clean_kernel_and_shows_what_it_draws(ran, path, lang):
    drawn = [
        cell
        for cell in ran(path, lang).cells
        if "charts.draw_" in cell.source and cell.cell_type == "code"
    ]
    assert drawn
    for cell in drawn:
        (output,) = cell.outputs
        assert output.data["text/html"].startswith("<img ")
        assert 'alt="' in output.data["text/html"]


@pytest.mark.slow
def test_the_notebook_of_sectors_shows_more_with_the_detailed_table(serve, tmp_path):
    serve(shih())
    nl.fetch("7137shih", years="2008:2012", partner=["RU", "WORLD", "EU", "NON-EU"])
    (tmp_path / "run").mkdir()
    notebook = executed(ROOT / "notebooks" / "03_sectors.ipynb", "en", tmp_path / "run")
    shown = " ".join(
        str(output.get("data")) for cell in notebook.cells for output in cell.get("outputs", [])
    )
    assert "StatLine 7137shih" in shown
    assert "machine tools" in shown


@pytest.mark.slow
def test_a_page_without_widgets_still_shows_the_explorer(ran):
    notebook = ran(ROOT / "notebooks" / "04_partners.ipynb", "en")
    (explorer,) = [cell for cell in notebook.cells if "nl.explore(" in cell.source]
    (output,) = explorer.outputs
    assert "application/vnd.jupyter.widget-view+json" in output.data
    assert 'alt="' in output.data["text/html"]
    assert "nl.show_ranking(trade" in output.data["text/html"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_says_how_long_it_runs_has_its_choices_in_one_cell_and_keeps_logic_in_the_package(
    path,
):
    first, parameters, *rest = nbformat.read(path, as_version=4).cells
    assert "runs in some" in first.source
    assert parameters.metadata.tags == ["parameters"]
    chosen = {node.targets[0].id for node in ast.parse(parameters.source).body}
    assert {"PARTNER", "YEAR", "LANG"} <= chosen
    for cell in rest:
        if cell.cell_type == "code":
            functions = [
                node
                for node in ast.walk(ast.parse(plain(cell.source)))
                if isinstance(node, ast.FunctionDef)
            ]
            assert all(len(node.body) <= 2 for node in functions), "a docstring and a line"


def plain(source):
    """Leave out the lines that a shell runs."""
    return "\n".join(line for line in source.splitlines() if "= !" not in line)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_needs_the_public_face_alone_and_keeps_its_cells_short(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            lines = [line for line in cell.source.splitlines() if line.strip()]
            assert len([line for line in lines if "import" not in line]) < 10, cell.source
            assert not any(line.strip().startswith("from nltrade") for line in lines), cell.source


def executed(path, lang, folder):
    """Run a notebook in an empty folder; it warns of nothing and writes nothing."""
    notebook = nbformat.read(path, as_version=4)
    (parameters,) = [
        cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])
    ]
    parameters.source = parameters.source.replace('LANG = "en"', f'LANG = "{lang}"')
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert not [
        output for output in outputs if output.output_type == "stream" and output.name == "stderr"
    ]
    assert not list(folder.iterdir()), "a notebook writes nothing"
    return notebook


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_prose_of_a_notebook_has_no_figure_of_its_own(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            numbers = [
                word.strip(".,;:()*")
                for word in cell.source.split()
                if word.strip(".,;:()*").isdigit()
            ]
            assert all(2000 <= int(number) <= 2030 for number in numbers), (
                "only years stand in the prose"
            )
