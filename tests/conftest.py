"""What all tests share: a closed network, the shipped figures, and the same frame in other engines."""

import functools
import os
import runpy
import sys
from pathlib import Path

import dask.dataframe
import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyspark.sql
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


@functools.cache
def spark():
    """One small Spark on this machine, started by the first test that needs it; it ends with the tests."""
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
                return dask.dataframe.from_pandas(frame.reset_index(drop=True), npartitions=self.partitions)
            case "pyspark":
                return spark().createDataFrame(pl.from_pandas(frame).to_arrow())

    def back(self, answer):
        assert isinstance(answer, KINDS[self.name]), "an answer is of the kind that the question was, lazy or not"
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


@pytest.fixture(params=["pandas", "polars-lazy", "pyarrow", "duckdb"])
def engine(request):
    """Engines that answer at once, for the many questions of the other tests."""
    return Engine(request.param)


@pytest.fixture(params=KINDS)
def every_engine(request):
    """All engines, for the few questions that compare them."""
    return Engine(request.param)


@pytest.fixture(params=LAZY)
def lazy_engine(request):
    """The engines whose frames only say what would be done."""
    return Engine(request.param)
