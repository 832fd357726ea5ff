"""The code of the documents runs, and its answers are those of pandas."""

import re
import warnings

import pandas as pd
import pytest

import nltrade as nl
from conftest import ROOT, spark

pytestmark = pytest.mark.slow

LARGE = (ROOT / "docs" / "large_tables.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def names():
    """What the code of the page on large tables leaves behind, run from the top in a checkout."""
    spark()  # the page gets the session that is there
    found = {}
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", "The inplace keyword in DataFrame.reset_index"
        )  # Dask's, with pandas 3.1
        patch.chdir(ROOT)
        for block in re.findall(r"```python\n(.*?)```", LARGE, flags=re.DOTALL):
            exec(block, found)
    return found


def test_the_answers_of_spark_on_the_page_are_those_of_pandas(names, shipped):
    russia = nl.select(shipped, partner="RU", kind="goods", product="TOTAL")
    expected = nl.growth(nl.total(russia)).sort_values(["table", "period"], ignore_index=True)
    found = names["rates"].sort_values(["table", "period"], ignore_index=True)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    places = nl.rank_partners(shipped, period=2012, table="83028NED").head(10)
    pd.testing.assert_frame_equal(names["places"], places, check_dtype=False)


def test_the_answers_of_dask_on_the_page_are_those_of_pandas(names, shipped):
    fuels = names["fuels"].query("partner == 'RU' and table == '83028NED'")["share_pct"].tolist()
    assert fuels == [pytest.approx(91.885, abs=0.001)]
    energy = names["sectors"].query(
        "sector == 'energy' and flow == 'import' and table == '83028NED'"
    )
    assert energy["value_meur"].tolist() == [18682]
    assert names["verdicts"] == nl.check_claims(shipped)


def test_the_own_table_on_the_page_is_compared_month_by_month(names):
    rates = names["january"].set_index("period")["growth_pct"]
    assert rates["2012-01"] == pytest.approx(20)
    assert pd.isna(rates["2011-01"])
