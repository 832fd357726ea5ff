import re

import pytest

import nltrade as nl
from conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


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


def test_every_table_and_public_name_of_the_readme_exists():
    for name in re.findall(r"\bnl\.(\w+)\(", README):
        assert name in nl.__all__
    assert set(re.findall(r"^\| (\d{4}\w+|comtrade\S+) \|", README, flags=re.MULTILINE)) == set(
        nl.tables().index
    )


def test_the_readme_counts_the_sectors_as_the_registry_does():
    sectors = nl.sectors().values()
    none = sum(not sector.goods and not sector.services for sector in sectors)
    assert f"name {len(sectors)} sectors" in README
    assert f"Of the {len(sectors)} sectors" in README
    assert f"{none} not at all](figures/coverage.en.png)" in README


def test_the_public_face_is_short_and_all_of_it_is_there():
    assert len(nl.__all__) <= 40
    for name in nl.__all__:
        assert getattr(nl, name).__doc__ or name == "__version__"
