import re

import pytest

import nltrade as nl
from conftest import ROOT
from nltrade.registry import sectors as named

README = (ROOT / "README.md").read_text(encoding="utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def block(language):
    (found,) = re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)
    return found


def test_the_python_of_the_readme_runs():
    names = {}
    exec(block("python"), names)
    assert names["russia"]["value_meur"].notna().any()


def test_the_claims_file_of_the_readme_is_read_and_holds(tmp_path):
    (tmp_path / "mine.toml").write_text(block("toml"), encoding="utf-8")
    (verdict,) = nl.check_claims(claims=nl.claims(tmp_path / "mine.toml"))
    assert verdict.verdict == "supported"


@pytest.mark.parametrize("verdict", nl.check_claims(), ids=lambda verdict: verdict.claim.id)
def test_the_figures_of_the_readme_are_those_of_the_verdicts(verdict):
    first_publication = {"first-imports-2012", "first-exports-2012", "first-import-growth-2012"}
    if verdict.claim.id not in first_publication:
        assert verdict.says().partition(" ")[0] in README
        distance = re.split(" against | from ", verdict.margin())[0].replace(";", ",")
        assert f"| {distance} | {verdict.verdict}" in README


def test_every_table_of_the_readme_exists():
    assert set(re.findall(r"^\| (\d{4}\w+|comtrade\S+) \|", README, flags=re.MULTILINE)) == set(
        nl.tables().index
    )


def with_a_figure(trade):
    """Name the sectors of which a frame has a figure of 2012."""
    found = nl.sector_trade(trade, "RU", 2012)
    return set(found.loc[found["value_meur"].notna(), "sector"]) & set(nl.sectors())


def test_the_readme_counts_the_sectors_with_a_figure_as_they_are(shipped):
    of_cbs = with_a_figure(shipped)
    of_russia = with_a_figure(nl.other_side("RU").trade)
    assert of_cbs == {"energy", "it"}
    assert "energy" in of_russia
    assert len(of_russia) == 10
    both = len(of_cbs | of_russia)
    said = " ".join(README.split())
    assert f"Without a network {both} of them have a figure of 2012" in said
    assert "energy and information technology from CBS; ten, energy again among them" in said
    assert f"{both} of the 29 sectors have a figure" in " ".join(CHANGELOG.split())


def test_the_readme_counts_the_coverage_of_the_sectors_as_the_registry_does():
    sectors = nl.sectors().values()
    of_each = [{sector.coverage(kind) for kind in named.KINDS} for sector in sectors]
    direct = sum("direct" in coverage for coverage in of_each)
    none = sum(coverage == {"none"} for coverage in of_each)
    said = f"{direct} directly, {len(of_each) - direct - none} in part and {none} not at all"
    assert f"name {len(of_each)} sectors" in README
    assert f"Of the {len(of_each)} sectors, trade statistics show {said}]" in README


def test_the_public_face_is_short_and_all_of_it_is_there():
    assert len(nl.__all__) <= 40
    for name in nl.__all__:
        assert getattr(nl, name).__doc__ or name == "__version__"
