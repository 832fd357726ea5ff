"""Every place of the shipped goods, beside a recount that imports nothing of the package."""

import pandas as pd
import pytest

import nltrade as nl
from recount import COLUMNS, amounts, cells, percent, places, rate

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


EVERY = ["83028NED", "85427NED", "80414ned", "82616NED", "84765NED"]


def beside(answer, column, expected):
    """Count the rows of an answer, and those that are not what the recount expects."""
    keys = zip(answer["partner"], answer["product"], answer["flow"], answer["period"], strict=True)
    differ = 0
    for key, found in zip(keys, answer[column], strict=True):
        wanted = expected(*key)
        same = pd.isna(found) if wanted is None else found == pytest.approx(wanted, rel=1e-12)
        differ += not same
    return len(answer), differ


@pytest.mark.slow
@pytest.mark.parametrize("table", EVERY)
def test_all_values_totals_shares_and_rates_are_those_of_the_recount(shipped, table):
    raw = amounts(table)
    frame = shipped[shipped["table"] == table]
    all_of_it = "TOTAL" if frame["kind"].iloc[0] == "goods" else "S"

    def value(*key):
        return raw[key]

    def both(partner, product, _, year):
        imports, exports = (raw[partner, product, each, year] for each in ("import", "export"))
        return None if imports is None or exports is None else imports + exports

    def of_products(partner, product, flow, year):
        return percent(raw[partner, product, flow, year], raw[partner, all_of_it, flow, year])

    def of_partners(partner, product, flow, year):
        return percent(raw[partner, product, flow, year], raw["WORLD", product, flow, year])

    def since_the_year_before(partner, product, flow, year):
        before = raw.get((partner, product, flow, str(int(year) - 1)))
        return rate(raw[partner, product, flow, year], before)

    asked = {"across_breaks": True, "part_years": True, "small_amounts": True}
    countries = frame[frame["partner_kind"] == "country"]
    shares = nl.share(frame, of="all products")
    counts = {
        "values": beside(frame, "value_meur", value),
        "totals": beside(nl.total(frame), "value_meur", both),
        "shares of products": beside(
            shares[shares["product"] != all_of_it], "share_pct", of_products
        ),
        "rates": beside(nl.growth(frame, **asked), "growth_pct", since_the_year_before),
    }
    everyone = frame[frame["partner"].isin([*countries["partner"], "WORLD"])]
    of_world = nl.share(everyone, of="all partners")
    counts["shares of partners"] = beside(
        of_world[of_world["partner"] != "WORLD"], "share_pct", of_partners
    )
    assert len(frame) == len(raw)
    assert all(count > 500 for count, _ in counts.values()), counts
    assert {what: differ for what, (_, differ) in counts.items() if differ} == {}, counts

    given = nl.growth(frame)
    is_given = given["growth_pct"].notna()
    asked_for = nl.growth(frame, **asked)
    assert (given.loc[is_given, "growth_note"] == "").all()
    assert (given.loc[is_given, "growth_pct"] == asked_for.loc[is_given, "growth_pct"]).all()
