"""Every place of the shipped goods, beside a recount that imports nothing of the package."""

import pandas as pd
import pytest

import nltrade as nl
from recount import COLUMNS, cells, places

TABLES = ("83028NED", "85427NED")
FEW = [("83028NED", "2004"), ("83028NED", "2012"), ("85427NED", "2017"), ("85427NED", "2020")]
ALL = [(table, year) for table in TABLES for year in sorted(cells(table))]


def differences(shipped, table, year):
    count = differ = 0
    for side, inside in (("outside EU", False), ("inside EU", True)):
        ranked = nl.rank_partners(shipped, period=year, flow=list(COLUMNS), among=side, table=table)
        for flow in COLUMNS:
            expected = places(table, year, flow, inside)
            rows = ranked[ranked["flow"] == flow]
            assert set(rows["partner"]) == set(expected)
            for row in rows.itertuples():
                worst = None if pd.isna(row.worst) else row.worst
                count += 1
                differ += (row.place, row.best, worst) != expected[row.partner]
    return count, differ


@pytest.mark.parametrize(("table", "year"), FEW)
def test_places_are_those_of_the_recount(shipped, table, year):
    count, differ = differences(shipped, table, year)
    assert count > 200
    assert differ == 0


@pytest.mark.slow
def test_all_places_are_those_of_the_recount(shipped):
    counts = [differences(shipped, table, year) for table, year in ALL]
    assert sum(count for count, _ in counts) > 15_000
    assert sum(differ for _, differ in counts) == 0
