"""The same answers in every engine, and no lazy frame collected on the way."""

import narwhals as nw
import pandas as pd
import pytest

import nltrade as nl
from conftest import Engine

SECTORS = {id: nl.sectors()[id] for id in ("energy", "oil", "transport")}
QUESTIONS = {
    "select": lambda frame: nl.select(
        frame, partner=["Russia", "CN"], flow="import", product="TOTAL"
    ),
    "total": nl.total,
    "balance": nl.balance,
    "share of all products": lambda frame: nl.share(frame, of="all products"),
    "share of all partners": lambda frame: nl.share(frame, of="all partners"),
    "share of exports": lambda frame: nl.share(frame, of="export"),
    "growth": nl.growth,
    "growth across breaks": lambda frame: nl.growth(frame, across_breaks=True, part_years=True),
    "rank in a flow": lambda frame: nl.rank_partners(frame, period=2012, flow="export"),
    "rank with services": lambda frame: nl.rank_partners(
        frame, period=2012, kind="goods and services"
    ),
    "rank inside the EU": lambda frame: nl.rank_partners(frame, period=2012, among="inside EU"),
    "sectors": lambda frame: nl.sector_trade(frame, "RU", 2012, sectors=SECTORS),
}
RANKINGS = [question for question in QUESTIONS if question.startswith("rank")]
COLLECTED = [*RANKINGS, "sectors"]
KEYS = ["table", "kind", "flow", "partner", "product", "sector", "period"]


@pytest.fixture(scope="module")
def few(shipped):
    """A few partners, with a missing cell, a break, a part-year and a fall below zero in them."""
    partners = ["RU", "CN", "DE", "HR", "WORLD", "EU", "NON-EU", "OTHER-ASIA", "UNSPECIFIED-NON-EU"]
    periods = ["2011", "2012", "2013", "2021", "2022"]
    frame = shipped[
        shipped["partner"].isin(partners) & shipped["period"].isin(periods)
    ].reset_index(drop=True)
    return frame[frame["table"] != "84765NED"]


@pytest.fixture(scope="module")
def whole(shipped):
    """All partners of one year, as a place is one among all."""
    tables = ["83028NED", "80414ned"]
    return shipped[shipped["table"].isin(tables) & (shipped["period"] == "2012")]


def in_order(answer):
    keys = [name for name in KEYS if name in answer]
    return answer.sort_values(keys).reset_index(drop=True)


def given_back(engine, answer, question):
    """Give an answer in pandas; a ranking's and that on sectors are eager whatever the engine."""
    if question in COLLECTED:
        return nw.from_native(answer, eager_only=True).to_pandas()
    return engine.back(answer)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_engine_gives_the_same_answer(few, whole, every_engine, question):
    frame = whole if question in RANKINGS else few
    expected = in_order(QUESTIONS[question](frame))
    answer = QUESTIONS[question](every_engine.into(frame))
    found = in_order(given_back(every_engine, answer, question))
    assert list(found) == list(expected)
    assert len(expected)
    assert expected.notna().any().all(), "the question shows something in every column"
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


@pytest.mark.parametrize("ask", [nl.total, nl.balance, nl.growth])
def test_a_year_not_known_to_be_whole_is_one_in_every_engine(few, every_engine, ask):
    unsure = few.astype({"complete": "boolean"})
    unsure["complete"] = unsure["complete"].mask(unsure["period"] == "2012")
    expected = in_order(ask(unsure))
    found = in_order(every_engine.back(ask(every_engine.into(unsure))))
    found["complete"] = found["complete"].astype(expected["complete"].dtype)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


def test_sectors_of_a_year_not_known_to_be_whole_are_those_of_pandas(few, engine):
    unsure = few.astype({"complete": "boolean"})
    unsure["complete"] = unsure["complete"].mask(unsure["period"] == "2012")
    expected = nl.sector_trade(unsure, "RU", 2012)
    found = nl.sector_trade(engine.into(unsure), "RU", 2012)
    found = nw.from_native(found, eager_only=True).to_pandas()
    assert found["complete"].isna().any()
    assert found["value_meur"].tolist() == pytest.approx(
        expected["value_meur"].tolist(), nan_ok=True
    )


def test_sectors_of_a_year_that_is_not_there_are_none(few, engine):
    found = nl.sector_trade(engine.into(few), "RU", 2005)
    assert nw.from_native(found, eager_only=True).is_empty()


def test_every_engine_gives_the_same_verdicts(few, every_engine):
    assert nl.check_claims(every_engine.into(few)) == nl.check_claims(few)


@pytest.fixture
def asked_for_rows(monkeypatch):
    """Count how often rows are asked for, by narwhals or by what each engine has for it."""
    import dask.base
    import dask.dataframe as dd
    import duckdb
    import polars as pl
    from pyspark.sql.classic.dataframe import DataFrame as SparkFrame

    asked = []
    fetches = {
        nw.LazyFrame: ["collect"],
        pl.LazyFrame: ["collect", "collect_async", "fetch", "sink_parquet"],
        duckdb.DuckDBPyRelation: [
            "execute",
            "df",
            "arrow",
            "pl",
            "fetchall",
            "fetchone",
            "fetchmany",
            "fetchdf",
        ],
        dd.DataFrame: ["compute", "persist", "head", "__len__"],
        SparkFrame: [
            "collect",
            "toPandas",
            "toArrow",
            "count",
            "head",
            "first",
            "take",
            "isEmpty",
            "toLocalIterator",
        ],
        dask.base: ["compute", "persist"],
    }
    for owner, names in fetches.items():
        for name in names:
            if (real := getattr(owner, name, None)) is not None:

                def counted(*args, real=real, name=name, **kwargs):
                    asked.append(name)
                    return real(*args, **kwargs)

                monkeypatch.setattr(owner, name, counted)
    return asked


@pytest.fixture
def collected(monkeypatch):
    """The rows of each collection, as they come."""
    found = []
    real = nw.LazyFrame.collect

    def kept(self, *args, **kwargs):
        found.append(real(self, *args, **kwargs))
        return found[-1]

    monkeypatch.setattr(nw.LazyFrame, "collect", kept)
    return found


@pytest.mark.parametrize("question", RANKINGS)
def test_a_ranking_collects_only_the_cells_it_ranks(whole, lazy_engine, question, collected):
    QUESTIONS[question](lazy_engine.into(whole))
    assert 1 <= len(collected) <= 2, "once for goods, once for services"
    for cells in collected:
        assert len(cells) == len(cells.select("flow", "partner").unique())


def test_sectors_collect_only_the_cells_of_their_classes_and_years(few, lazy_engine, collected):
    QUESTIONS["sectors"](lazy_engine.into(few))
    (cells,) = collected
    assert set(cells["partner"].to_list()) == {"RU"}
    assert set(cells["period"].to_list()) == {"2011", "2012"}
    assert "3" in cells["product"].to_list()


@pytest.mark.parametrize("question", sorted(set(QUESTIONS) - {"select", *COLLECTED}))
def test_a_lazy_question_reads_no_row(few, lazy_engine, asked_for_rows, question):
    frame = lazy_engine.into(few)
    asked_for_rows.clear()
    QUESTIONS[question](frame)
    assert asked_for_rows == []


def test_a_lazy_selection_reads_no_row_even_where_there_is_none(few, lazy_engine, asked_for_rows):
    frame = lazy_engine.into(few)
    asked_for_rows.clear()
    answer = nl.select(frame, partner="RU", period=1990)
    assert asked_for_rows == []
    assert lazy_engine.back(answer).empty
    assert asked_for_rows, "the test would notice"


def test_claims_are_checked_with_one_collection_of_the_rows_they_need(few, lazy_engine, collected):
    claim = nl.claims()["imports-2012"]
    more = few.assign(product=few["product"].where(few["product"] == "TOTAL", "333"))
    (verdict,) = nl.check_claims(
        lazy_engine.into(pd.concat([few, more[more["product"] == "333"]])), [claim]
    )
    assert verdict.verdict == "supported"
    (rows,) = collected
    assert set(rows["period"].to_list()) == {"2011", "2012"}
    assert set(rows["product"].to_list()) == {"TOTAL", "S"}


@pytest.mark.slow
@pytest.mark.parametrize(("question", "partitions"), [("rank inside the EU", 16), ("sectors", 3)])
def test_a_dask_frame_of_many_partitions_gives_the_same_answer(few, whole, question, partitions):
    frame = whole if question in RANKINGS else few
    engine = Engine("dask")
    engine.partitions = partitions
    found = in_order(given_back(engine, QUESTIONS[question](engine.into(frame)), question))
    pd.testing.assert_frame_equal(found, in_order(QUESTIONS[question](frame)), check_dtype=False)
