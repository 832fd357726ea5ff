"""JupyterLab, started for real, in a real browser: each notebook runs to its end and shows what it draws."""

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
import requests
from playwright.sync_api import expect

from conftest import ROOT

pytestmark = pytest.mark.browser

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SETTINGS = {
    "@jupyterlab/notebook-extension:tracker": {
        "windowingMode": "none"
    },  # every output is in the page, seen or not
}
DISABLED = [
    "@jupyterlab/apputils-extension:announcements",
    "@jupyterlab/extensionmanager-extension",
]
ERROR = ".jp-OutputArea-output[data-mime-type$=stderr]"  # a traceback, or a warning: neither may be there
FINISHED = f"""() => document.querySelector("{ERROR}")
    || [...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")].every(it => /\\[\\d+\\]/.test(it.textContent))"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab on a copy of the notebooks, with nothing of the user's own. Gives its address, to be formatted."""
    home = tmp_path_factory.mktemp("lab")
    shutil.copytree(
        ROOT / "notebooks", home / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints")
    )
    broken = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    )
    broken.cells = [nbformat.v4.new_code_cell("1 / 0"), nbformat.v4.new_code_cell("never = True")]
    nbformat.write(broken, home / "notebooks" / "broken.ipynb")
    config = home / ".jupyter" / "labconfig"
    config.mkdir(parents=True)
    (config / "default_setting_overrides.json").write_text(json.dumps(SETTINGS))
    (config / "page_config.json").write_text(
        json.dumps({"disabledExtensions": dict.fromkeys(DISABLED, True)})
    )
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "IPYTHON", "XDG_"))
    }
    env |= {"HOME": str(home), "NLTRADE_DATA": str(home / "none")}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"]
    command += [f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}"]
    log = home / "log"
    with log.open("w") as stream:
        server = subprocess.Popen(
            command, cwd=home / "notebooks", env=env, stdout=stream, stderr=stream
        )
    try:
        _wait_for(f"http://127.0.0.1:{port}/api/status?token={token}", server, log)
        yield f"http://127.0.0.1:{port}/lab/workspaces/{{0}}/tree/{{0}}.ipynb?token={token}"
    finally:
        server.terminate()  # it ends its kernels, and then itself
        server.wait(30)


def _wait_for(address, server, log, seconds=90):
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            if requests.get(address, timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.3)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()}")


def opened(page, lab, notebook):
    """Open a notebook in JupyterLab and run all of it; back when the kernel is idle and no cell is left to run."""
    status = page.locator("#jp-bottom-panel")
    page.goto(lab.format(notebook), timeout=90_000)
    expect(status).to_contain_text("| Idle", timeout=90_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.wait_for_function(FINISHED, timeout=180_000)
    expect(status).to_contain_text("| Idle", timeout=30_000)


def _photograph(page, name):
    """Keep a picture of the whole notebook where NLTRADE_SCREENSHOTS says, for people to look at."""
    if folder := os.environ.get("NLTRADE_SCREENSHOTS"):
        cells = page.locator(".jp-NotebookPanel .jp-WindowedPanel-outer")
        page.set_viewport_size(
            {"width": 1440, "height": cells.evaluate("it => it.scrollHeight") + 200}
        )
        cells.evaluate("it => it.scrollTo(0, 0)")
        page.screenshot(path=Path(folder) / f"{name}.png")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_in_jupyterlab_and_shows_its_figures(page, lab, path):
    opened(page, lab, path.stem)
    _photograph(page, path.stem)
    assert page.locator(ERROR).all_inner_texts() == []
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    counts = page.locator(".jp-CodeCell .jp-InputPrompt").all_inner_texts()
    assert [int(re.sub(r"\D", "", count)) for count in counts] == list(range(1, len(cells) + 1))

    figures = page.locator(".jp-OutputArea img").all()
    assert len(figures) >= sum("charts.draw_" in cell.source for cell in cells) > 0
    for figure in figures:
        expect(figure).to_be_visible()
        assert figure.evaluate("it => it.complete && it.naturalWidth") > 0
        assert len(figure.get_attribute("alt") or "") > 20
    assert page.hosts == {"127.0.0.1"}


def tab_to(page, part, most=120):
    """Press Tab until the focus is in a part of the panel, as who has no mouse does."""
    inside = f"() => !!document.activeElement.closest('.nltrade-{part}')"
    for _ in range(most):
        if page.evaluate(inside):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"no way to {part} with Tab alone")


def test_the_panel_is_used_with_a_keyboard_alone(page, lab):
    opened(page, lab, "04_partners")
    seen = page.locator(".nltrade-seen").first
    call = page.locator(".nltrade-call textarea")
    headline = seen.get_by_role("heading")
    expect(headline).to_contain_text("Russia")

    tab_to(page, "partner")
    page.keyboard.press("Control+a")
    page.keyboard.type("chn")
    page.keyboard.press("Tab")
    expect(headline).to_contain_text("from China", timeout=60_000)
    expect(page.get_by_label("Partner", exact=True)).to_have_value("China")

    tab_to(page, "beside")
    page.keyboard.type("Verenigde Staten")
    page.keyboard.press("Enter")
    expect(headline).to_contain_text("China €", timeout=60_000)
    expect(headline).to_contain_text("United States €")

    tab_to(page, "year")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    expect(headline).to_contain_text("2015", timeout=60_000)
    tab_to(page, "flow")
    page.keyboard.press("ArrowDown")
    expect(headline).to_contain_text("Imports in 2015", timeout=60_000)
    expect(seen.get_by_role("table", name="imports")).to_contain_text("32,428")
    assert 'flow="import", period=2015' in call.input_value()

    tab_to(page, "download")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="picture (PNG)")).to_be_visible(timeout=60_000)
    tab_to(page, "links")
    with page.expect_download() as saved:
        page.keyboard.press("Enter")
    assert saved.value.suggested_filename == "CN-US-2002-2015-import.png"
    assert Path(saved.value.path()).read_bytes().startswith(b"\x89PNG")

    tab_to(page, "call")
    page.keyboard.press("Control+a")
    selected = call.evaluate("it => it.value.slice(it.selectionStart, it.selectionEnd)")
    assert selected == call.input_value()
    assert page.locator(ERROR).all_inner_texts() == []
    assert page.hosts == {"127.0.0.1"}


def test_the_panel_has_room_on_a_wide_screen_and_a_narrow_one(page, lab):
    opened(page, lab, "04_partners")
    page.keyboard.press("Control+b")  # the list of files goes
    panel = page.locator(".nltrade-explorer")
    outside = """it => [...it.querySelectorAll("input, select, button, textarea, svg, h3, p")]
        .filter(part => part.getBoundingClientRect().right > it.getBoundingClientRect().right + 1)
        .map(part => part.outerHTML)"""
    for code, lang in [("en", "English"), ("nl", "Nederlands")]:
        panel.locator(".nltrade-lang select").select_option(label=lang)
        expect(panel.locator(".nltrade-seen")).to_have_attribute("lang", code)
        for width in (1400, 900, 500):
            page.set_viewport_size({"width": width, "height": 1000})
            picture = panel.locator(".nltrade-seen svg:visible")
            expect(picture).to_have_count(1)
            assert picture.bounding_box()["width"] > 300
            sides = [panel.locator(part) for part in ("figure", ".nltrade-sides > div")]
            figure, table = (side.bounding_box() for side in sides)
            beside = table["x"] >= figure["x"] + figure["width"]
            assert beside == (width == 1400)
            assert panel.evaluate(outside) == [], (lang, width)


def test_a_notebook_that_breaks_is_noticed(page, lab):
    opened(page, lab, "broken")
    (error,) = page.locator(ERROR).all_inner_texts()
    assert "ZeroDivisionError" in error


def test_a_request_of_another_host_is_noticed(page):
    page.set_content('<img src="https://example.org/figure.png" alt="">')
    page.wait_for_load_state()
    assert page.hosts == {"example.org"}
