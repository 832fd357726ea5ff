"""The scripts in the docs run as they stand, and say what CBS publishes."""

import runpy

import pytest

from conftest import ROOT

JOBS = ROOT / "docs" / "jobs"


def test_two_partners_stand_beside_each_other(capsys):
    runpy.run_path(str(JOBS / "two_partners.py"))
    turkey, russia = capsys.readouterr().out.splitlines()
    assert turkey.startswith("TR 2019 {'export': '")
    assert russia == "RU 2012 {'export': '7,068', 'import': '20,332', 'balance': '-13,264'}"


def test_the_ten_largest_are_drawn_over_the_years(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    found = runpy.run_path(str(JOBS / "ten_largest.py"))
    assert found["largest"].tolist()[0] == "DE"
    assert len(found["axes"].lines) == 10
    assert (tmp_path / "ten_largest.png").read_bytes().startswith(b"\x89PNG")


def test_a_country_that_is_not_published_keeps_its_row_without_a_value():
    joined = runpy.run_path(str(JOBS / "own_gdp.py"))["joined"].set_index("iso3")
    assert joined["value_meur"].isna().to_dict() == {"AAA": True, "DEU": False, "BEL": False}
    assert joined.loc["DEU", "share_pct"] == pytest.approx(
        joined.loc["DEU", "value_meur"] / 1000 / 3000 * 100
    )
