"""What all tests share: a closed network, the shipped figures, and the same frame in other engines."""

import hashlib
import json
import os
import runpy
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import pandas as pd
import polars as pl
import pytest
from playwright.sync_api import sync_playwright

import nltrade as nl

ROOT = Path(__file__).parents[1]
GUARD = Path(__file__).parent / "guard"

runpy.run_path(str(GUARD / "sitecustomize.py"))
os.environ["PYTHONPATH"] = os.pathsep.join([str(GUARD), os.environ.get("PYTHONPATH", "")])


@pytest.fixture(autouse=True)
def no_data_of_my_own(monkeypatch, tmp_path):
    """Keep what a developer has downloaded out of the tests."""
    monkeypatch.setenv("NLTRADE_DATA", str(tmp_path / "none"))


@pytest.fixture(scope="session")
def shipped():
    """The shipped figures. Not to be changed by a test; `frame` is checked to be untouched at the end."""
    before = nl.load()
    frame = before.copy()
    yield frame
    pd.testing.assert_frame_equal(frame, before)


@pytest.fixture
def newer(tmp_path, monkeypatch):
    """A made-up newer snapshot beside the shipped one: exports to Russia of 2012 are 6,666, one cell is withdrawn."""
    monkeypatch.setenv("NLTRADE_DATA", str(tmp_path))
    folder = tmp_path / "raw" / "83028NED" / "2023-06-06"
    shutil.copytree(ROOT / "data" / "raw" / "83028NED" / "2023-01-04", folder)
    cells = (folder / "TypedDataSet.csv").read_bytes()
    assert b"L008724,T001082,2012JJ00,20332,7068,2809,4259" in cells
    cells = cells.replace(
        b"L008724,T001082,2012JJ00,20332,7068,2809,4259", b"L008724,T001082,2012JJ00,20332,6666,,4259"
    )
    (folder / "TypedDataSet.csv").write_bytes(cells)
    origin = json.loads((folder / "origin.json").read_text())
    origin["modified"] = "2023-06-06"
    origin["files"]["TypedDataSet.csv"]["sha256"] = hashlib.sha256(cells).hexdigest()
    (folder / "origin.json").write_text(json.dumps(origin))
    return folder


class Engine:
    """One engine: how a pandas frame gets in, and how an answer gets out."""

    def __init__(self, name):
        self.name = name
        self.connection = duckdb.connect() if name == "duckdb" else None

    def into(self, frame):
        match self.name:
            case "pandas":
                return frame
            case "polars-lazy":
                return pl.from_pandas(frame).lazy()
            case "pyarrow":
                return pl.from_pandas(frame).to_arrow()
            case "duckdb":
                self.connection.register("trade", frame)
                return self.connection.table("trade")

    def back(self, answer):
        match self.name:
            case "pandas":
                assert isinstance(answer, pd.DataFrame)
                return answer
            case "polars-lazy":
                assert isinstance(answer, pl.LazyFrame), "a lazy question has a lazy answer"
                return answer.collect().to_pandas()
            case "pyarrow":
                return answer.to_pandas()
            case "duckdb":
                assert isinstance(answer, duckdb.DuckDBPyRelation), "a lazy question has a lazy answer"
                return answer.df()


@pytest.fixture(params=["pandas", "polars-lazy", "pyarrow", "duckdb"])
def engine(request):
    return Engine(request.param)


CHROMIUM_FLAGS = [
    "--no-sandbox",  # as root it does not start otherwise
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # asks no other machine, whatever a page wants
]


@pytest.fixture(scope="module")
def chromium():
    """The Chromium of this machine, without a window; one for a module, as its event loop is in the way of others."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("Chromium is not on this machine; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    """An empty page. `page.hosts` are the hosts it asked for something."""
    with chromium.new_context(viewport={"width": 1440, "height": 1000}) as context:
        page = context.new_page()
        page.hosts = set()
        for event in ("request", "websocket"):
            page.on(event, lambda asked: page.hosts.update(filter(None, [urlsplit(asked.url).hostname])))
        yield page
