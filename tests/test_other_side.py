"""What a partner reported: a source of its own, that nothing adds to CBS's or ranks by."""

import csv
import shutil
import sys
from collections import defaultdict

import pandas as pd
import pytest
from currency_converter import CurrencyConverter

import nltrade as nl
from nltrade import registry
from nltrade.claims.second_opinion import second_opinions
from nltrade.cli import main
from nltrade.errors import SnapshotError
from nltrade.sources import store
from nltrade.sources.comtrade import CLOSE, PARTNER_REPORTS, other_side
from nltrade.sources.snapshot import Snapshot

YEARS = [str(year) for year in range(2000, 2021)]
WITHHELD = {*map(str, range(2000, 2007)), "2008", "2009"}  # of Russia's exports


@pytest.fixture(scope="module")
def reported():
    return nl.load(PARTNER_REPORTS)


@pytest.fixture(scope="module")
def records():
    """The raw file, read by other means than the package's."""
    path = store.find(PARTNER_REPORTS)[0].folder / "Comtrade.csv"
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_chapters_add_up_to_the_total_but_where_russia_withheld_some(records):
    told, totals, counts = defaultdict(int), {}, defaultdict(int)
    for row in records:
        cell, dollars = (row["flowCode"], row["refYear"]), int(float(row["primaryValue"]))
        if row["cmdCode"] == "TOTAL":
            totals[cell] = dollars
        else:
            told[cell] += dollars
            counts[cell] += 1
    left = {cell: totals[cell] - told[cell] for cell in totals}

    assert sorted(totals) == sorted((flow, year) for flow in "MX" for year in YEARS)
    assert counts["M", "2012"] == 95
    assert left["M", "2012"] == -3
    assert counts["X", "2012"] == 73
    assert left["X", "2012"] == 1

    whole = {cell for cell in left if abs(left[cell]) <= 51}
    missing = {cell: left[cell] / totals[cell] for cell in set(left) - whole}
    assert {year for flow, year in missing if flow == "X"} == WITHHELD
    assert all(0.017 < share < 0.062 for (flow, _), share in missing.items() if flow == "X")
    assert all(share < 0.0003 for (flow, _), share in missing.items() if flow == "M")
    assert len(whole) == 42 - 9 - 5


def test_every_record_is_in_the_frame_once_in_euro_of_its_year(reported, records):
    cells = reported.set_index(["flow", "period", "product"])["value_meur"]
    assert cells.index.is_unique
    for row in records:
        flow = {"M": "export", "X": "import"}[row["flowCode"]]
        code = row["cmdCode"] if row["cmdCode"] == "TOTAL" else "HS" + row["cmdCode"]
        euro = float(row["primaryValue"]) / registry.rates()[row["refYear"]]
        assert cells[flow, row["refYear"], code] * 1e6 == pytest.approx(euro, rel=1e-12)


def test_a_silent_chapter_is_zero_only_where_the_chapters_add_up(reported, records):
    told = {(row["flowCode"], row["refYear"], row["cmdCode"]) for row in records}
    silent = reported[
        [
            ({"export": "M", "import": "X"}[flow], year, product.removeprefix("HS")) not in told
            for flow, year, product in reported[["flow", "period", "product"]].to_numpy()
        ]
    ]
    assert len(silent) == len(reported) - len(records) > 300
    zero = silent[silent["missing"] == ""]
    assert (zero["value_meur"] == 0).all()
    assert set(zero.loc[zero["flow"] == "import", "period"]) == {*YEARS} - WITHHELD
    withheld = silent[silent["missing"] == "not published"]
    assert withheld["value_meur"].isna().all()
    assert set(withheld.loc[withheld["flow"] == "import", "period"]) == WITHHELD
    assert CLOSE / 1e6 < 0.05  # less than any amount that is written


def test_the_flows_are_as_the_netherlands_sees_them(reported):
    total = reported.query("product == 'TOTAL' and period == '2012'").set_index("flow")
    assert total["value_meur"].round().to_dict() == {"import": 59181, "export": 4654}
    assert set(reported["concept"]) == {"as reported by the partner"}
    assert set(reported["partner"]) == {"RU"}


def test_rates_are_the_averages_of_the_daily_rates_of_the_ecb():
    converter = CurrencyConverter()
    daily = defaultdict(list)
    for day, rate in converter._rates["USD"].items():
        if rate is not None:
            daily[str(day.year)].append(rate)
    known = {year: rate for year, rate in registry.rates().items() if year < "2025"}
    assert list(known) == [str(year) for year in range(2000, 2025)]
    for year, rate in known.items():
        assert rate == pytest.approx(sum(daily[year]) / len(daily[year]), abs=0.00006)


def test_cbs_tables_are_what_is_loaded_where_none_is_named(shipped):
    assert set(shipped["table"]) == set(store.here())
    assert PARTNER_REPORTS not in store.here()
    assert PARTNER_REPORTS in nl.tables().index


def test_another_source_is_never_added_to_cbs(shipped, reported):
    both = pd.concat([shipped, reported])
    of_year = {"partner": "RU", "period": "2012", "product": "TOTAL"}
    alone, beside = (nl.select(rows, **of_year) for rows in (shipped, both))
    assert len(beside) == len(alone) + 2
    balance = nl.balance(beside).set_index("table")["value_meur"]
    assert balance["83028NED"] == pytest.approx(7068 - 20332)
    shares = nl.share(nl.select(both, partner="RU", period=2012, flow="import"), of="all products")
    fuels = shares.set_index(["table", "product"])["share_pct"].round(1)
    assert fuels["83028NED", "3"] == 91.9
    assert fuels[PARTNER_REPORTS, "HS27"] == 87.6


def test_ranking_never_uses_another_source(shipped, reported):
    both = pd.concat([shipped, reported])
    pd.testing.assert_frame_equal(
        nl.rank_partners(both, period=2012), nl.rank_partners(shipped, period=2012)
    )
    with pytest.raises(nl.UnknownName, match="another source's"):
        nl.rank_partners(both, period=2012, table=PARTNER_REPORTS)


def test_origin_names_the_united_nations_and_its_terms(reported):
    (origin,) = nl.origins(reported)
    assert origin.table == PARTNER_REPORTS
    assert "United Nations" in origin.licence
    assert "not CC BY" in origin.licence
    assert "d2ski" in origin.via
    assert "ohmychart" in origin.via


def test_suppliers_have_no_place_in_years_whose_chapters_are_incomplete():
    beside = other_side("RU").suppliers
    food = beside[beside["product"] == "HS01-24"].set_index("period")
    places = food["place"].dropna().astype(int).to_dict()
    assert [places[year] for year in ("2012", "2013", "2014", "2015")] == [6, 5, 5, 8]
    assert set(food.index[food["place"].isna()]) == WITHHELD
    flowers = beside[(beside["product"] == "HS06") & (beside["period"] == "2012")].iloc[0]
    assert flowers["place"] == 1
    assert round(flowers["share_pct"], 1) == 49.6


def test_without_the_extract_there_is_no_other_side_and_cbs_is_as_before(
    monkeypatch, tmp_path, shipped
):
    data = tmp_path / "data"
    shutil.copytree(store.CHECKOUT / "data" / "raw", data / "raw")
    shutil.rmtree(data / "raw" / PARTNER_REPORTS)
    monkeypatch.setattr(store, "folders", lambda: [data])

    gone = other_side("RU")
    assert gone.trade.empty
    assert gone.suppliers.empty
    with pytest.raises(SnapshotError, match="comtrade-partner is not on this computer"):
        nl.load(PARTNER_REPORTS)
    pd.testing.assert_frame_equal(nl.load("83028NED"), nl.select(shipped, table="83028NED"))


def test_a_partner_that_reported_nothing_has_an_empty_other_side():
    nothing = other_side("Vietnam").trade
    assert nothing.empty
    with pytest.raises(nl.NoData, match="The frame has no rows"):
        nl.sector_trade(nothing, "Vietnam", 2019)
    with pytest.raises(nl.UnknownName, match="No partner 'Rusia'"):
        other_side("Rusia")


def _with_records(monkeypatch, change) -> pd.DataFrame:
    """Load the records as they would be after a change of the file."""
    source = store.find(PARTNER_REPORTS)[0]
    raw = source.read("Comtrade.csv")
    changed = change(raw)
    monkeypatch.setattr(Snapshot, "verify", lambda self: self)
    monkeypatch.setattr(Snapshot, "read", lambda *_: changed)
    return nl.load(PARTNER_REPORTS)


def test_a_year_without_a_rate_has_no_value_in_euro(monkeypatch):
    frame = _with_records(monkeypatch, lambda raw: raw.replace({"refYear": "2012"}, "1999"))
    of_year = frame[frame["period"] == "1999"]
    assert of_year["value_meur"].isna().all()
    assert set(of_year["missing"]) == {"no exchange rate"}


def test_a_total_less_than_its_chapters_proves_no_zero(monkeypatch):
    def halved(raw):
        total = raw["cmdCode"] == "TOTAL"
        half = (pd.to_numeric(raw["primaryValue"]) / 2).astype(str)
        return raw.assign(primaryValue=raw["primaryValue"].mask(total, half))

    frame = _with_records(monkeypatch, halved)
    assert not (frame["value_meur"] == 0).any()


def test_an_unknown_country_is_named(monkeypatch):
    with pytest.raises(SnapshotError, match="country 999"):
        _with_records(monkeypatch, lambda raw: raw.replace({"reporterCode": "643"}, "999"))


def test_a_second_opinion_stands_beside_a_verdict_and_changes_none():
    verdicts = nl.check_claims()
    before = [(one.claim.id, one.verdict, one.says()) for one in verdicts]
    found = {one.about: one for one in second_opinions(verdicts, other_side("RU"))}
    assert before == [(one.claim.id, one.verdict, one.says()) for one in verdicts]
    assert round(found["imports-2012"].ratio, 2) == 2.91
    assert round(found["exports-2012"].ratio, 2) == 0.66
    assert {one.verdict for one in verdicts if one.claim.id in found} == {"supported"}
    assert all(one.claim.measure == "value" for one in verdicts if one.claim.id in found)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "en",
            ["As reported by Russia", "€178m", "0.95 times", "$1.2848 to the euro", "re-exports"],
        ),
        (
            "nl",
            ["Volgens opgave van Rusland", "0,95 keer", "1,2848 dollar per euro", "wederuitvoert"],
        ),
    ],
)
def test_a_published_figure_gets_a_second_opinion_with_rate_and_reasons(shipped, lang, words):
    opinions = second_opinions(nl.check_published(shipped), other_side("RU"))
    (dairy,) = [one for one in opinions if one.products == ["HS04"] and one.period == "2012"]
    assert dairy.other_meur == 187
    assert dairy.value_meur == pytest.approx(228_797_491 / 1.2848 / 1e6, rel=1e-6)
    assert all(word in dairy.says(lang) for word in words)


def test_without_a_report_there_is_no_second_opinion():
    assert second_opinions(nl.check_claims(), other_side("Vietnam")) == []


def test_sectors_show_eleven_of_twenty_nine_with_source_and_concept(monkeypatch, capsys):
    words = ["nltrade", "sectors", "--partner", "RU", "--year", "2012"]
    monkeypatch.setattr(sys, "argv", words)
    main()
    told = " ".join(capsys.readouterr().out.split())
    assert "Sectors shown here with a figure for 2012: 11 of 29" in told
    assert "as reported by Russia to UN Comtrade, 2012, € million" in told
    assert "83028NED (border crossing)" in told
    assert "$1.2848 to the euro" in told
    assert (
        told.count("UN Comtrade; as reported by the partner (retrieved January–February 2022)") == 1
    )
    assert told.count("Source: CBS (StatLine 83028NED") == 1
    assert "For comparison" in told


def test_every_sector_says_what_chapters_show_of_it():
    sectors = nl.sectors()
    assert len(sectors) == 29
    assert all(one.hs_en and one.hs_nl for one in sectors.values())
    coverage = {id: one.hs_coverage for id, one in sectors.items() if one.hs}
    assert [id for id, how in coverage.items() if how == "direct"] == [
        "energy", "agriculture", "aviation",
    ]  # fmt: skip
    assert len(coverage) == 10
    assert all(one.hs == [] for id, one in sectors.items() if id in ("oil", "gas"))


def test_chapters_of_a_sector_add_up_like_the_file(reported, records):
    found = nl.sector_trade(reported, "RU")
    rows = found[found["flow"].isin(["import", "export"]) & found["value_meur"].notna()]
    rows = rows[rows["sector"] != "remainder"]
    dollars = defaultdict(float)
    for row in records:
        flow = {"M": "export", "X": "import"}[row["flowCode"]]
        dollars[flow, row["refYear"], "HS" + row["cmdCode"]] += float(row["primaryValue"])
    assert len(rows) > 350
    for row in rows.itertuples():
        codes = nl.sectors()[row.sector].hs
        total = sum(dollars[row.flow, row.period, code] for code in codes)
        euro = total / registry.rates()[row.period] / 1e6
        assert row.value_meur == pytest.approx(euro, rel=1e-9, abs=1e-9)
