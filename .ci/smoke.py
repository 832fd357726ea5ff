"""A smoke test for an environment of its own: the lowest versions that pyproject.toml names."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import dask.dataframe as dd
import duckdb
import polars as pl

import nltrade as nl

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from cbs_replica import Replica

frame = nl.load()
russia = nl.select(frame, partner="Russia", product="TOTAL", period=2012, kind="goods")
assert nl.total(russia)["value_meur"].tolist() == [27400.0]
assert nl.check_claims(frame)[0].verdict == "supported"
assert nl.rank_partners(frame, period=2012)["partner"].head(3).tolist() == ["US", "CN", "RU"]
assert "20,332" in repr(nl.show(russia))

# Each engine.
asked = {"partner": "RU", "product": "TOTAL", "period": 2012}
goods = frame[frame["kind"] == "goods"]
lazy = nl.total(nl.select(pl.from_pandas(goods).lazy(), **asked))
assert lazy.collect()["value_meur"].to_list() == [27400.0]
connection = duckdb.connect()
connection.register("goods", goods)
relation = nl.select(connection.table("goods"), **asked)
assert nl.total(relation).df()["value_meur"].tolist() == [27400.0]
parts = dd.from_pandas(goods.reset_index(drop=True), npartitions=2)
assert nl.total(nl.select(parts, **asked)).compute()["value_meur"].tolist() == [27400.0]

# The panel, and what is written: documents, and what the command line prints.
assert nl.explore(partner="RU", year=2012).view.picture
with tempfile.TemporaryDirectory() as folder:
    paths = nl.briefing(formats=["html", "docx", "pptx", "pdf", "txt", "xlsx"], out=folder)
    assert all(Path(path).stat().st_size > 1000 for path in paths)
    words = ["rank", "--year", "2012", "--lang", "nl", "--xlsx", f"{folder}/rank.xlsx"]
    subprocess.run([sys.executable, "-I", "-m", "nltrade", *words], check=True)
    assert Path(folder, "rank.xlsx").stat().st_size > 1000

# A download, from a stand-in of CBS on this machine.
with tempfile.TemporaryDirectory() as folder, Replica(["83028NED"]) as cbs:
    os.environ |= {"NLTRADE_DATA": folder, "NLTRADE_CBS": cbs.url}
    fetched = nl.fetch("83028NED", partner="RU", years=2012)
    assert Path(fetched.folder).is_relative_to(folder)
    assert nl.total(nl.select(nl.load("83028NED"), **asked))["value_meur"].tolist() == [27400.0]
