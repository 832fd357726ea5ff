"""What all tests share: a closed network, the shipped figures, and the same frame in other engines."""

import os
import runpy
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pytest

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
