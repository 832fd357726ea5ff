"""
What all tests share: a closed network, the shipped figures, and the same frame in other engines.
"""

import functools
import hashlib
import json
import os
import runpy
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import dask.dataframe
import duckdb
import msgspec
import pandas as pd
import polars as pl
import pyarrow as pa
import pyspark.sql
import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import sync_playwright

import nltrade as nl
from gallery import gallery
from nltrade import cli
from nltrade.registry.entries import LANGS
from nltrade.sources import provenance
from nltrade.sources.snapshot import Origin

ROOT = Path(__file__).parents[1]
GUARD = Path(__file__).parent / "guard"

runpy.run_path(str(GUARD / "sitecustomize.py"))
# what is compiled is kept, also for the many processes that tests start
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# jsonschema would compile 38 grammars of addresses, in each process, that no test needs
sys.modules["rfc3987_syntax"] = None
# what a developer has downloaded stays out of the tests; below a file nothing can be written
os.environ["NLTRADE_DATA"] = str(GUARD / "sitecustomize.py" / "none")
# `make test` tries few examples of a property; with --hypothesis-profile many it is the rest
for name, examples in {"few": 10, "many": 150}.items():
    settings.register_profile(
        name,
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],  # a busy machine is no fault
    )
settings.load_profile("few")
os.environ["PYTHONPATH"] = os.pathsep.join([str(GUARD), os.environ.get("PYTHONPATH", "")])


@pytest.fixture(autouse=True)
def what_a_test_loads_is_no_source_of_the_next():
    before = dict(provenance.LOADED)
    yield
    provenance.LOADED.clear()
    provenance.LOADED.update(before)


@pytest.fixture(scope="session")
def shipped():
    """
    The shipped figures. Not to be changed by a test; `frame` is checked to be untouched at the end.
    """
    before = nl.load()
    frame = before.copy()
    yield frame
    pd.testing.assert_frame_equal(frame, before)


@pytest.fixture(scope="session")
def drawn(shipped):
    """Every figure of a partner and a year by its name, drawn once for all tests that look at it."""

    @functools.cache
    def drawn(partner, year, lang):
        return {chart.name: chart for chart in gallery(shipped, partner, year, lang)}

    return drawn


@pytest.fixture
def newer(tmp_path, monkeypatch):
    """
    A made-up newer snapshot beside the shipped one: exports to Russia of 2012 are 6,666, one cell
    is withdrawn.
    """
    monkeypatch.setenv("NLTRADE_DATA", str(tmp_path))
    folder = tmp_path / "raw" / "83028NED" / "2023-06-06"
    shutil.copytree(ROOT / "data" / "raw" / "83028NED" / "2023-01-04", folder)
    cells = (folder / "TypedDataSet.csv").read_bytes()
    assert b"L008724,T001082,2012JJ00,20332,7068,2809,4259" in cells
    cells = cells.replace(
        b"L008724,T001082,2012JJ00,20332,7068,2809,4259",
        b"L008724,T001082,2012JJ00,20332,6666,,4259",
    )
    (folder / "TypedDataSet.csv").write_bytes(cells)
    origin = json.loads((folder / "origin.json").read_text())
    origin["modified"] = "2023-06-06"
    origin["files"]["TypedDataSet.csv"]["sha256"] = hashlib.sha256(cells).hexdigest()
    sealed = msgspec.convert(origin, Origin).sealed()
    (folder / "origin.json").write_bytes(msgspec.json.encode(sealed))
    return folder


@dataclass
class Done:
    code: int
    out: str
    err: str

    @property
    def lines(self):
        return self.out.splitlines()

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run a command in this process, in an empty folder, as in a pipe of so many columns."""
    monkeypatch.chdir(tmp_path)

    def run(*words, columns=120):
        monkeypatch.setattr(sys, "argv", ["nltrade", *map(str, words)])
        monkeypatch.setenv("COLUMNS", str(columns))
        code = 0
        try:
            cli.main()
        except SystemExit as left:
            code = left.code
        return Done(code, *capsys.readouterr())

    return run


@functools.cache
def spark():
    """
    One small Spark on this machine, started by the first test that needs it; it ends with the
    tests.
    """
    os.environ |= {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    options = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "1g",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
    }
    session = pyspark.sql.SparkSession.builder.master("local[1]").config(map=options).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


class Engine:
    """One engine: how a pandas frame gets in, and how an answer gets out."""

    def __init__(self, name):
        self.name = name
        self.connection = duckdb.connect() if name == "duckdb" else None
        self.partitions = 2

    def into(self, frame):
        match self.name:
            case "pandas":
                return frame
            case "polars":
                return pl.from_pandas(frame)
            case "polars-lazy":
                return pl.from_pandas(frame).lazy()
            case "pyarrow":
                return pl.from_pandas(frame).to_arrow()
            case "duckdb":
                self.connection.register("trade", frame)
                return self.connection.table("trade")
            case "dask":
                return dask.dataframe.from_pandas(
                    frame.reset_index(drop=True), npartitions=self.partitions
                )
            case "pyspark":
                return spark().createDataFrame(pl.from_pandas(frame).to_arrow())

    def back(self, answer):
        assert isinstance(answer, KINDS[self.name]), (
            "an answer is of the kind that the question was, lazy or not"
        )
        match self.name:
            case "pandas":
                return answer
            case "polars-lazy":
                return answer.collect().to_pandas()
            case "duckdb":
                return answer.df()
            case "dask":
                return answer.compute().reset_index(drop=True)
            case "pyspark":
                return answer.toArrow().to_pandas()
            case _:
                return answer.to_pandas()


KINDS = {
    "pandas": pd.DataFrame,
    "polars": pl.DataFrame,
    "polars-lazy": pl.LazyFrame,
    "pyarrow": pa.Table,
    "duckdb": duckdb.DuckDBPyRelation,
    "dask": dask.dataframe.DataFrame,
    "pyspark": pyspark.sql.DataFrame,
}
LAZY = ["polars-lazy", "duckdb", "dask", "pyspark"]


def slow(*values):
    """Give a parameter that is only tried where -m slow runs."""
    return pytest.param(*values, marks=pytest.mark.slow)


def in_turn(*cases):
    """Give each case a language, in turn; in the other language it is slow."""
    pairs = []
    for place, case in enumerate(cases):
        for number, lang in enumerate(LANGS):
            pair = (*case, lang) if isinstance(case, tuple) else (case, lang)
            pairs.append(pair if number == place % len(LANGS) else slow(*pair))
    return pairs


QUICK = {"pandas", "polars", "polars-lazy"}  # the others answer the same suite where -m slow runs


def engines(names):
    """Name engines as parameters; all but the quick ones are slow."""
    return [name if name in QUICK else slow(name) for name in names]


@pytest.fixture(params=engines(["pandas", "polars-lazy", "pyarrow", "duckdb"]))
def engine(request):
    """Engines that answer at once, for the many questions of the other tests."""
    return Engine(request.param)


@pytest.fixture(params=engines(KINDS))
def every_engine(request):
    """All engines, for the few questions that compare them."""
    return Engine(request.param)


@pytest.fixture(params=engines(LAZY))
def lazy_engine(request):
    """The engines whose frames only say what would be done."""
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
    """
    The Chromium of this machine, without a window; one for a module, as its event loop is in the
    way of others.
    """
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
            page.on(
                event, lambda asked: page.hosts.update(filter(None, [urlsplit(asked.url).hostname]))
            )
        yield page
