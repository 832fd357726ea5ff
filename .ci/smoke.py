"""A smoke test for an environment of its own: the lowest versions that pyproject.toml names."""

import tempfile
from pathlib import Path

import duckdb
import polars as pl

import nltrade as nl

frame = nl.load()
russia = nl.select(frame, partner="Russia", product="TOTAL", period=2012, kind="goods")
assert nl.total(russia)["value_meur"].tolist() == [27400.0]
assert nl.check_claims(frame)[0].verdict == "supported"
assert nl.rank_partners(frame, period=2012)["partner"].head(3).tolist() == ["US", "CN", "RU"]
assert "20,332" in repr(nl.show(russia))

goods = frame[frame["kind"] == "goods"]
lazy = nl.total(nl.select(pl.from_pandas(goods).lazy(), partner="RU", product="TOTAL", period=2012))
assert lazy.collect()["value_meur"].to_list() == [27400.0]
connection = duckdb.connect()
connection.register("goods", goods)
relation = nl.select(connection.table("goods"), partner="RU", product="TOTAL", period=2012)
assert nl.total(relation).df()["value_meur"].tolist() == [27400.0]

with tempfile.TemporaryDirectory() as folder:
    paths = nl.briefing(formats=["html", "docx", "pptx", "pdf", "txt", "xlsx"], out=folder)
    assert all(Path(path).stat().st_size > 1000 for path in paths)
