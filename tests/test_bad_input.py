"""
A frame of the user's own gets the right answer, or an error that names the column and the remedy.
"""

from decimal import Decimal

import dask.dataframe as dd
import duckdb
import msgspec
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nltrade as nl
from nltrade.errors import FrameError

SECTORS = {id: nl.sectors()[id] for id in ("energy", "oil")}
QUESTIONS = {
    "select": lambda frame: nl.select(
        frame, partner="RU", flow="import", product="TOTAL", period=2012
    ),
    "total": nl.total,
    "balance": nl.balance,
    "share": lambda frame: nl.share(frame, of="all products"),
    "growth": nl.growth,
    "rank_partners": lambda frame: nl.rank_partners(frame, period=2012, flow="total trade"),
    "sector_trade": lambda frame: nl.sector_trade(frame, sectors=SECTORS),
    "check_claims": lambda frame: nl.check_claims(frame, [nl.claims()["imports-2012"]]),
}
NEEDED = {  # a column that each of them cannot do without, besides those that all need
    "select": ["partner", "flow", "product", "period"],
    "total": ["table", "kind", "flow", "partner", "product", "period", "complete", "value_meur"],
    "balance": ["table", "kind", "flow", "partner", "product", "period", "complete", "value_meur"],
    "share": ["table", "kind", "flow", "partner", "product", "level", "period", "value_meur"],
    "growth": ["table", "kind", "flow", "partner", "product", "period", "complete", "value_meur"],
    "rank_partners": [
        "table",
        "kind",
        "flow",
        "partner",
        "partner_kind",
        "product",
        "period",
        "value_meur",
    ],
    "sector_trade": [
        "table",
        "kind",
        "flow",
        "partner",
        "product",
        "period",
        "complete",
        "value_meur",
    ],
    "check_claims": [
        "table",
        "kind",
        "flow",
        "partner",
        "product",
        "level",
        "period",
        "complete",
        "value_meur",
    ],
}
EACH = [(question, column) for question, columns in NEEDED.items() for column in columns]
TEXTS = [
    "table",
    "kind",
    "flow",
    "concept",
    "partner",
    "partner_kind",
    "product",
    "freq",
    "period",
    "status",
]


@pytest.fixture(scope="module")
def few(shipped):
    # All partners: a part of them is never ranked.
    frame = shipped[shipped["period"].isin(["2011", "2012", "2013"])]
    return frame[frame["table"] == "83028NED"].reset_index(drop=True)


@pytest.fixture(scope="module")
def rows_of(few):
    """Rows for each question: of some partners, but for a place, and one of each for a selection."""
    some = few[few["partner"].str[0].isin(["H", "I", "R", "W"])].reset_index(drop=True)
    rows = dict.fromkeys(QUESTIONS, some) | dict.fromkeys(["rank_partners", "check_claims"], few)
    return rows | {"select": few[few["product"] == "TOTAL"]}


@pytest.fixture(scope="module")
def answers(rows_of):
    return {question: QUESTIONS[question](rows) for question, rows in rows_of.items()}


def same(question, frame, wanted, handed_on=()):
    """Whether a question to a frame has the answer that is wanted, but for what is handed on."""
    found = QUESTIONS[question](frame)
    if question == "check_claims":
        assert found == wanted
        return
    found = found.to_pandas() if isinstance(found, pl.DataFrame) else found
    keys = [
        name
        for name in ("table", "kind", "flow", "partner", "product", "sector", "period")
        if name in wanted
    ]
    found, wanted = (each.astype(object).where(each.notna(), None) for each in (found, wanted))
    found, wanted = (
        each.assign(**{key: each[key].astype(str) for key in keys})
        .sort_values(keys)
        .reset_index(drop=True)
        for each in (found, wanted)
    )
    assert list(found) == list(wanted)
    for name in [name for name in wanted if name not in handed_on]:
        if any(isinstance(value, float) for value in wanted[name]):
            of_both = (each[name].astype(float) for each in (found, wanted))
            np.testing.assert_allclose(*of_both, rtol=1e-6, err_msg=name)
        else:
            assert found[name].map(str).tolist() == wanted[name].map(str).tolist(), name


@pytest.mark.parametrize(("question", "column"), EACH)
@pytest.mark.parametrize("engine", ["pandas", "lazy"])
def test_a_column_that_is_not_there_is_named(few, question, column, engine):
    frame = few.drop(columns=column)
    with pytest.raises(FrameError, match=f"no column '{column}'. Bring it, with .*Here: "):
        QUESTIONS[question](pl.from_pandas(frame).lazy() if engine == "lazy" else frame)


def test_a_name_that_is_close_is_proposed(few):
    with pytest.raises(FrameError, match=r"no column 'flow'.*Did you mean 'Flow'"):
        nl.total(few.rename(columns={"flow": "Flow"}))


@pytest.mark.parametrize(
    ("unit", "factor", "remedy"), [("eur", 1e6, "/ 1e6"), ("keur", 1e3, "/ 1e3")]
)
@pytest.mark.parametrize("question", [question for question in QUESTIONS if question != "select"])
def test_another_unit_is_named_with_how_to_convert_it(few, question, unit, factor, remedy):
    name = f"value_{unit}"
    other = few.assign(**{name: few["value_meur"] * factor}).drop(columns="value_meur")
    with pytest.raises(
        FrameError, match=f"'{name}' is in another unit: add `value_meur` = `{name}` {remedy}"
    ):
        QUESTIONS[question](other)
    converted = other.assign(value_meur=other[name] / factor)[few.columns]
    same(question, converted, QUESTIONS[question](few))


@pytest.mark.parametrize(
    "question", ["total", "balance", "share", "growth", "sector_trade", "check_claims"]
)
@pytest.mark.parametrize("factor", [1e3, 1e6])
def test_values_of_a_table_of_your_own_that_cannot_be_million_euro_are_refused(
    few, question, factor
):
    mine = few.assign(table="mine")
    QUESTIONS[question](mine)
    with pytest.raises(FrameError, match=r"'value_meur' holds .* Is it in euro or in thousands"):
        QUESTIONS[question](mine.assign(value_meur=mine["value_meur"] * factor))


WRONG = {
    "value_meur": {
        "text": lambda c: c.astype(str),
        "text with commas": lambda c: c.map("{:,.0f}".format),
        "objects": lambda c: c.astype(object).map(
            lambda v: Decimal(0) if pd.isna(v) else Decimal(str(v))
        ),
        "true or false": lambda c: c > 0,
        "days": lambda c: pd.to_datetime(c, unit="D"),
    },
    "level": {"text": lambda c: c.astype(str)},
    "complete": {"text": lambda c: c.astype(str), "numbers": lambda c: c.astype(int)},
    "product": {"whole numbers": lambda c: c.map({"TOTAL": 0, "3": 3})},
    "partner": {"numbers": lambda c: pd.Series(range(len(c)))},
    "period": {
        "days": pd.to_datetime,
        "days of a time zone": lambda c: pd.to_datetime(c).dt.tz_localize("Europe/Amsterdam"),
        "periods": lambda c: pd.PeriodIndex(c, freq="Y").to_series(index=c.index),
        "floats": lambda c: c.astype(float),
        "text of days": lambda c: c + "-12-31",
        "text of times": lambda c: c + "-01-01T00:00:00+01:00",
        "text of another order": lambda c: "12/" + c,
        "text of a fiscal year": lambda c: c + "/" + c.str[2:],
    },
}
UNREAD = [
    kind for kind in WRONG["period"] if kind.startswith("text")
]  # where a period is a name and no more
WRONG_EACH = [
    (question, column, kind)
    for question, column in EACH
    for kind in WRONG.get(column, {})
    if not (column == "period" and kind in UNREAD and question in ("total", "balance", "share"))
]


@pytest.mark.parametrize(("question", "column", "kind"), WRONG_EACH)
def test_a_column_that_means_something_else_is_named_with_what_it_takes(
    few, question, column, kind
):
    frame = few.assign(**{column: WRONG[column][kind](few[column])})
    with pytest.raises(FrameError, match=f"Column '{column}' holds .*It takes "):
        QUESTIONS[question](frame)


@pytest.mark.parametrize("question", ["total", "balance", "share"])
@pytest.mark.parametrize("kind", UNREAD)
def test_a_period_that_is_a_name_and_no_more_may_be_any_text(few, question, kind):
    named = WRONG["period"][kind](few["period"])
    found, expected = QUESTIONS[question](few.assign(period=named)), QUESTIONS[question](few)
    assert set(found["period"]) == set(named)
    assert found["value_meur"].tolist() == pytest.approx(
        expected["value_meur"].tolist(), nan_ok=True
    )


@pytest.mark.parametrize("question", ["select", "total", "growth", "rank_partners", "check_claims"])
@pytest.mark.parametrize("kind", ["days", "days of a time zone"])
def test_the_days_of_a_lazy_frame_are_seen_without_its_rows(few, question, kind):
    frame = few.assign(period=WRONG["period"][kind](few["period"]))
    for lazy in (pl.from_pandas(frame).lazy(), dd.from_pandas(frame, npartitions=2)):
        with pytest.raises(
            FrameError, match=r"Column 'period' holds Datetime.*2012, 2012-Q1 or 2012-01"
        ):
            QUESTIONS[question](lazy)


FINE = {
    "categories": lambda f: f.astype(dict.fromkeys(TEXTS, "category")),
    "nullable": lambda f: f.convert_dtypes(),
    "nullable numbers": lambda f: f.astype(
        {"value_meur": "Int64", "level": "Int8", "complete": "boolean"}
    ),
    "nullable floats": lambda f: f.astype({"value_meur": "Float64"}),
    "python strings": lambda f: f.astype(dict.fromkeys(TEXTS, "string[python]")),
    "objects": lambda f: f.astype(dict.fromkeys(TEXTS, object)),
    "arrow": lambda f: f.convert_dtypes(dtype_backend="pyarrow"),
    "years as numbers": lambda f: f.assign(period=f["period"].astype(int)),
    "short floats": lambda f: f.astype({"value_meur": "float32"}),
    "rows of several levels": lambda f: f.set_index(["table", "partner"], drop=False).rename_axis(
        [None, None]
    ),
    "an index that is not unique": lambda f: f.set_axis([0] * len(f)),
    "another order": lambda f: f.sample(frac=1, random_state=1),
    "columns more": lambda f: f.assign(
        import_=1, **{"import": 2, "export": "x", "sector": "y", "whole": 3}
    ),
    "polars": pl.from_pandas,
    "polars categories": lambda f: pl.from_pandas(f).with_columns(
        pl.col(TEXTS).cast(pl.Categorical)
    ),
    "polars no number": lambda f: pl.from_pandas(f).with_columns(
        pl.col("value_meur").fill_null(float("nan"))
    ),
    "polars decimals": lambda f: pl.from_pandas(f).with_columns(
        pl.col("value_meur").cast(pl.Decimal(18, 3))
    ),
    "polars years": lambda f: pl.from_pandas(f).with_columns(pl.col("period").cast(pl.Int16)),
}


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("kind", FINE)
def test_what_means_the_same_has_the_same_answer(rows_of, answers, question, kind):
    frame = FINE[kind](rows_of[question])
    if kind == "columns more" and question in ("select", "share", "growth"):
        expected = answers[question]["value_meur"].tolist()
        assert QUESTIONS[question](frame)["value_meur"].tolist() == pytest.approx(
            expected, nan_ok=True
        )
    else:
        same(question, frame, answers[question])


@pytest.mark.parametrize("question", QUESTIONS)
def test_columns_in_the_index_or_of_several_levels_are_named(few, question):
    with pytest.raises(
        FrameError, match=r"no column 'partner'. It is in the index: `frame.reset_index\(\)`"
    ):
        QUESTIONS[question](few.set_index(["partner", "period"]))
    wide = few.copy()
    wide.columns = pd.MultiIndex.from_product([["cbs"], few.columns])
    with pytest.raises(FrameError, match="columns of the frame have 2 levels"):
        QUESTIONS[question](wide)
    with pytest.raises(FrameError, match=r"A column is there twice.*'partner'"):
        QUESTIONS[question](pd.concat([few, few[["partner"]]], axis=1))


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("thing", [None, {"partner": ["RU"]}, [1], "trade.csv", pd.Series([1])])
def test_what_is_no_frame_is_refused(question, thing):
    if question == "check_claims" and thing is None:
        return
    with pytest.raises(FrameError, match=r"is no frame. Give one of pandas, Polars"):
        QUESTIONS[question](thing)


@pytest.mark.parametrize("question", [question for question in QUESTIONS if question != "select"])
@pytest.mark.parametrize("column", ["table", "flow", "partner", "product", "period"])
def test_a_row_without_a_key_is_refused(few, question, column):
    gap = few.assign(**{column: few[column].where(few.index != 3)})
    with pytest.raises(FrameError, match=f"'{column}' is empty in some rows"):
        QUESTIONS[question](gap)


def test_a_product_called_a_total_that_is_none_is_refused(few):
    mixed = few.assign(level=0)
    of_fuels = [nl.claims()["first-fuels-2012"]]
    for question in (QUESTIONS["share"], lambda frame: nl.check_claims(frame, of_fuels)):
        with pytest.raises(FrameError, match=r"calls product 3 a total: 0. Its level is 1"):
            question(mixed)


def test_levels_that_are_mixed_never_add_up_to_more():
    frame = made_up(
        {("TOTAL", 0): 100, ("3", 1): 60, ("33", 2): 50, ("333", 3): 40, ("334", 3): 10}
    )
    assert nl.total(frame)["value_meur"].tolist() == [200, 120, 100, 80, 20]
    shares = nl.share(frame, of="all products").query("flow == 'import'")["share_pct"]
    assert shares.tolist() == [100, 60, 50, 40, 10]
    oil = nl.sector_trade(frame, sectors={"oil": SECTORS["oil"]}).query(
        "sector == 'oil' and flow == 'import'"
    )
    assert oil["value_meur"].tolist() == [50]
    both = msgspec.structs.replace(SECTORS["oil"], goods=["33", "333"])
    with pytest.raises(
        nl.errors.RegistryError, match="one is inside another and would count twice"
    ):
        nl.sector_trade(frame, sectors={"oil": both})


def test_a_level_that_is_wrong_changes_no_sector(few):
    expected = QUESTIONS["sector_trade"](few)
    pd.testing.assert_frame_equal(QUESTIONS["sector_trade"](few.assign(level=7)), expected)
    pd.testing.assert_frame_equal(QUESTIONS["sector_trade"](few.drop(columns="level")), expected)


@pytest.mark.parametrize("again", ["whole_meur", "share_pct"])
def test_a_share_of_a_share_is_not_mixed_up_with_the_first(few, again):
    first = nl.share(few, of="all products")
    with pytest.raises(FrameError, match=f"has a column '{again}' already"):
        nl.share(first[[*few.columns, again]], of="all partners")
    renamed = first.rename(columns={"whole_meur": "all_meur", "share_pct": "all_pct"})
    expected = nl.share(few, of="all partners")["share_pct"]
    pd.testing.assert_series_equal(nl.share(renamed, of="all partners")["share_pct"], expected)


def test_growth_of_growth_is_refused(few):
    with pytest.raises(FrameError, match="has a column 'previous_meur' already"):
        nl.growth(nl.growth(few))


def made_up(amounts, partner="RU"):
    """Import and export of round numbers, nothing like CBS's."""
    rows = [
        (flow, code, level, float(value))
        for flow in ("import", "export")
        for (code, level), value in amounts.items()
    ]
    frame = pd.DataFrame(rows, columns=["flow", "product", "level", "value_meur"])
    return frame.assign(
        table="83028NED",
        kind="goods",
        concept="border crossing",
        partner=partner,
        partner_kind="country",
        period="2012",
        freq="A",
        complete=True,
        status="definitive",
    )


frames = st.builds(
    lambda partners, years, seed: (
        pd.concat(
            [
                made_up({("TOTAL", 0): 10 * value, ("3", 1): value}, partner).assign(
                    period=str(year)
                )
                for partner, value in partners.items()
                for year in years
            ]
        )
        .assign(
            value_meur=lambda f: f["value_meur"].where(
                np.random.default_rng(seed).random(len(f)) > 0.2
            )
        )
        .sample(frac=1, random_state=seed)
        .reset_index(drop=True)
    ),
    partners=st.dictionaries(
        st.sampled_from(["RU", "CN", "NO", "WORLD"]), st.integers(0, 99), min_size=1, max_size=3
    ),
    years=st.sets(st.sampled_from([2010, 2011, 2012]), min_size=1),
    seed=st.integers(0, 999),
)
TYPES = [kind for kind in FINE if kind != "columns more"]
GENERATED = [
    question
    for question in QUESTIONS
    if question not in ("select", "rank_partners", "check_claims")
]


@given(frame=frames, question=st.sampled_from(GENERATED), kind=st.sampled_from(TYPES))
def test_no_type_changes_an_answer(frame, question, kind):
    same(question, FINE[kind](frame), QUESTIONS[question](frame))


@given(frame=frames, question=st.sampled_from(GENERATED), data=st.data())
def test_a_column_turned_into_something_else_is_an_error_or_changes_nothing(frame, question, data):
    column = data.draw(st.sampled_from(list(WRONG)))
    kind = data.draw(st.sampled_from([kind for kind in WRONG[column] if kind not in UNREAD]))
    turned = frame.assign(**{column: WRONG[column][kind](frame[column])})
    if column not in NEEDED[question]:
        same(question, turned, QUESTIONS[question](frame), handed_on=[column])
        return
    with pytest.raises(FrameError, match=f"Column '{column}' holds .*It takes "):
        QUESTIONS[question](turned)


@given(frame=frames, data=st.data(), other=st.sampled_from([None, 0.0, 1.0, 7.0]))
def test_a_cell_that_is_there_twice_never_changes_an_answer_unseen(frame, data, other):
    row = data.draw(st.sampled_from(range(len(frame))))
    again = frame.iloc[[row]].assign(value_meur=other).astype({"value_meur": float})
    twice = pd.concat([frame, again], ignore_index=True)
    cell = ["table", "flow", "partner", "product", "period"]
    ranked = (again["period"].item(), again["product"].item()) == ("2012", "TOTAL")
    asked = ["total", "balance", "growth", "sector_trade"]
    for question in [*asked, *(["rank_partners"] if ranked else [])]:
        with pytest.raises(FrameError, match=r"A figure is there more than once: .*partner"):
            QUESTIONS[question](twice)
    lazy = nl.total(pl.from_pandas(twice).lazy()).collect()
    same_cell = (pl.col(name) == again[name].item() for name in cell if name != "flow")
    assert lazy.filter(*same_cell)["value_meur"].to_list() == [None], (
        "a lazy frame is not looked into"
    )


def test_a_cell_that_is_there_twice_is_refused_in_a_ranking_of_any_engine(few):
    row = few[(few["partner"] == "CN") & (few["flow"] == "export") & (few["product"] == "TOTAL")]
    twice = pd.concat([few, row.assign(value_meur=1.0)])
    for frame in (twice, pl.from_pandas(twice).lazy()):
        with pytest.raises(FrameError, match="flow export, partner CN"):
            nl.rank_partners(frame, period=2012, flow="export")


def test_two_totals_beside_each_other_are_no_whole(few):
    row = few[(few["partner"] == "RU") & (few["flow"] == "export") & (few["product"] == "TOTAL")]
    both = pd.concat([few, row.assign(product="ALL-TOO")])
    with pytest.raises(FrameError, match=r"A figure is there more than once: .*partner RU"):
        nl.share(both, of="all products")


def test_no_number_is_missing_and_not_the_largest(few):
    frame = pl.from_pandas(few).with_columns(
        pl.when(pl.col("partner") == "CN")
        .then(float("nan"))
        .otherwise("value_meur")
        .alias("value_meur")
    )
    for each in (frame, frame.lazy(), duckdb.connect().from_arrow(frame.to_arrow())):
        found = nw.from_native(nl.rank_partners(each, period=2012, flow="export")).lazy().collect()
        assert found["partner"].to_list()[:2] == ["US", "RU"], "CN would be the second"


def test_an_empty_frame_has_an_empty_answer_or_says_so(few):
    empty = few.head(0)
    assert nl.total(empty).empty
    assert nl.growth(empty).empty
    assert nl.share(empty, of="export").empty
    assert nl.sector_trade(empty, sectors=SECTORS).empty
    for question in ("select", "rank_partners"):
        with pytest.raises(nl.NoData):
            QUESTIONS[question](empty)
