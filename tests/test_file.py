"""
A file saved by hand becomes a snapshot like a download: StatLine's CSV, CBS's ZIP, the feed's JSON.
"""

import csv
import getpass
import io
import json
import zipfile

import pandas as pd
import pytest

import nltrade as nl
from cbs_replica import Replica, build
from cbs_replica.asking import get
from conftest import ROOT
from nltrade.sources.download import fetch_file
from test_fetch import own
from test_v4 import LongForm

__all__ = ["own"]  # a fixture

TABLE = "83028NED"
RAW = ROOT / "data" / "raw" / TABLE / "2023-01-04"
TITLES = {
    "LandenGroepen": "Landen(groepen)",
    "SITC": "SITC",
    "Perioden": "Perioden",
    "Invoerwaarde_1": "Invoerwaarde (mln euro)",
    "TotaleUitvoerwaarde_2": "Totale uitvoerwaarde (mln euro)",
    "Wederuitvoerwaarde_3": "Wederuitvoerwaarde (mln euro)",
    "UitvoerwaardeNederlandsProduct_4": "Uitvoerwaarde Nederlands product (mln euro)",
}


def rows():
    with (RAW / "TypedDataSet.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def labels(name):
    with (RAW / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row["Key"]: row["Title"] for row in csv.DictReader(file)}


@pytest.fixture
def statline(tmp_path):
    """The shipped figures as StatLine's CSV has them, with labels."""
    of = {name: labels(name) for name in ("LandenGroepen", "SITC", "Perioden")}
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL)
    writer.writerow(TITLES.values())
    for row in rows():
        writer.writerow(of[name][row[name]] if name in of else row[name] or "." for name in TITLES)
    path = tmp_path / "statline.csv"
    path.write_text("\ufeff" + text.getvalue(), encoding="utf-8")
    return path


def same(frame, other):
    cell = ["flow", "partner", "product", "period"]
    pd.testing.assert_series_equal(
        frame.set_index(cell)["value_meur"].sort_index(),
        other.set_index(cell)["value_meur"].sort_index(),
    )


def test_statlines_csv_gives_the_figures_that_ship(statline):
    shipped = nl.load(TABLE)
    found = fetch_file(TABLE, statline)
    same(nl.load(TABLE, snapshot=found.origin.modified), shipped)
    assert found.origin.brought_by == getpass.getuser()
    assert "the file statline.csv" in found.origin.via
    assert (nl.load(TABLE, snapshot=found.origin.modified, period=2022)["complete"] == False).all()  # noqa: E712


def test_json_saved_from_the_feed(tmp_path):
    shipped = nl.load(TABLE)
    with Replica([TABLE]) as cbs:
        (tmp_path / "feed.json").write_text(json.dumps(get(cbs, TABLE)))
    found = fetch_file(TABLE, tmp_path / "feed.json")
    same(nl.load(TABLE, snapshot=found.origin.modified), shipped)


def test_the_bulk_zip_of_cbs_with_decimal_commas(tmp_path, monkeypatch):
    service = LongForm(build("85429NED"))
    base = "/odata/v1/CBS/85429NED"
    monkeypatch.setattr("test_v4.PAGE", 10**9)
    names = ["MeasureCodes", "LandenCodes", "SITCCodes", "PeriodenCodes"]
    files = {name: service.answer(f"{base}/{name}", {})["value"] for name in names}
    where = {"$filter": "Perioden eq '2019JJ00' or Perioden eq '2020JJ00'"}
    files["Observations"] = service.answer(f"{base}/Observations", where)["value"]
    for row in files["Observations"]:
        row["Value"] = f"{row['Value']},0"
    with zipfile.ZipFile(tmp_path / "85429NED.zip", "w") as packed:
        for name, listed in files.items():
            text = pd.DataFrame(listed).to_csv(sep=";", index=False)
            packed.writestr(f"{name}.csv", "\ufeff" + text)
    found = fetch_file("85429NED", tmp_path / "85429NED.zip")
    assert found.origin.request.first == "2019"
    frame = nl.load("85429NED")
    assert len(frame) == 6 * 9 * 3 * 2

    with Replica(["85429NED"]) as cbs:
        monkeypatch.setenv("NLTRADE_CBS", cbs.url)
        monkeypatch.setenv("NLTRADE_DATA", str(tmp_path / "other"))
        nl.fetch("85429NED", years="2019:2020")
    same(frame, nl.load("85429NED"))


WRONG = {
    "no such kind": (lambda _: "hello", "is neither a CSV of StatLine"),
    "another unit": (lambda text: text.replace("(mln euro)", "(1 000 euro)", 1), "the unit of"),
    "a label": (lambda text: text.replace("Rusland", "Atlantis"), "in no list of keys here"),
    "rows gone": (lambda text: "\n".join(text.split("\n")[:-7]), "it is not whole"),
    "a number": (lambda text: text.replace('"20332"', '"2e400"', 1), "cannot be right"),
    "a column": (lambda text: text.replace("Wederuitvoerwaarde", "Weder", 1), "has no Weder"),
}


@pytest.mark.parametrize(("change", "says"), WRONG.values(), ids=WRONG)
def test_a_file_that_is_not_the_table_is_a_sentence(statline, change, says):
    statline.write_text(change(statline.read_text("utf-8-sig")), encoding="utf-8")
    with pytest.raises(nl.errors.SourceError, match=says):
        fetch_file(TABLE, statline)


ROWS = {
    "a key of a number": (
        lambda rows: rows[0].update(SITC=7),
        "new in SITC: '7', which nltrade does not know",
    ),
    "no key": (
        lambda rows: rows[0].update(SITC=None),
        "new in SITC: '.*', which nltrade does not know",
    ),
    "an unknown partner": (
        lambda rows: [row.update(LandenGroepen="L9") for row in rows if row["SITC"] == "T001082"],
        r"new in LandenGroepen: 'L9', which nltrade does not know.*Is feed\.json of that table",
    ),
    "a number": (
        lambda rows: rows[0].update(Invoerwaarde_1="1e400"),
        r"What feed\.json has of 83028NED.*Save it again",
    ),
    "a period": (
        lambda rows: [row.update(Perioden=row["Perioden"].replace("JJ", "XX")) for row in rows],
        r"'2002XX00' is not of the form.*Is feed\.json of that table",
    ),
}


@pytest.mark.parametrize(("change", "says"), ROWS.values(), ids=ROWS)
def test_of_a_file_all_is_kept_or_nothing(tmp_path, own, change, says):
    with Replica([TABLE]) as cbs:
        page = get(cbs, TABLE)
    change(page["value"])
    (tmp_path / "feed.json").write_text(json.dumps(page))
    with pytest.raises(nl.errors.SourceError, match=says):
        fetch_file(TABLE, tmp_path / "feed.json")
    assert not list(own.rglob("origin.json"))


def test_a_file_is_of_a_table_of_cbs(statline):
    with pytest.raises(nl.UnknownName, match="a table of CBS, and comtrade-nl is of UN Comtrade"):
        fetch_file("comtrade-nl", statline)


def test_the_command_line_takes_a_file(statline, run):
    done = run("fetch", TABLE, "--from", statline)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(
        "years 2002-2022; all partners; TOTAL, 3; no count confirms the rows, of "
    )
