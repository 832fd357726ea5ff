"""
A typed script that imports nltrade is checked strictly, with the types that the public face
promises.
"""

import inspect

import pytest
from mypy import api

import nltrade as nl
from conftest import ROOT

SCRIPT = '''
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import nltrade as nl
import polars as pl


def fuels(trade: pl.LazyFrame) -> pl.LazyFrame:
    """A lazy frame in is a lazy frame out."""
    russia = nl.select(trade, partner=["RU", "WORLD"], kind="goods", period=2012)
    shares = nl.share(russia, of="all products")
    return nl.growth(shares, across_breaks=True)


def totals(trade: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    return nl.total(trade), nl.balance(trade)


def places(trade: pl.DataFrame, then: date) -> pl.DataFrame:
    return nl.rank_partners(trade, period="2012", flow=["import", "export"], among="outside EU", members_on=then)


def sectors(trade: pl.DataFrame, file: Path | None = None) -> pl.DataFrame:
    return nl.sector_trade(trade, "RU", 2012, sectors=nl.sectors(file) if file else None)


def words(file: Path) -> list[str]:
    claims: Mapping[str, object] = nl.claims(file)
    verdicts = nl.check_claims()
    return [f"{verdict.claim.id}: {verdict.says('nl')} {verdict.verdict}" for verdict in verdicts] + list(claims)


def members() -> frozenset[str]:
    try:
        return nl.eu_members(date(2012, 12, 31))
    except nl.UnknownName as error:
        code: int = error.exit_code
        raise SystemExit(code) from error


def brought() -> list[Path]:
    nl.fetch("7137shih", partner="RU", years=(2010, 2012))
    return nl.briefing(partner="DE", year=2019, lang="nl")


version: str = nl.__version__
'''
WRONG = {
    'nl.share(frame, of="all product")': "arg-type",
    'nl.rank_partners(frame, flow="import")': "call-arg",
    'nl.rank_partners(frame, period=2012, among="EU")': "arg-type",
    "nl.select(frame, partner=1)": "arg-type",
    "nl.growth(frame).no_such_method()": "attr-defined",
    "nl.totals(frame)": "attr-defined",
    "nl.check_claims(frame)[0].says('de')": "arg-type",
}


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What mypy says of a right script and a wrong one: checked at once, as most is of imports."""
    folder = tmp_path_factory.mktemp("mypy")
    (folder / "script.py").write_text(SCRIPT, encoding="utf-8")
    lines = "\n".join(WRONG)
    text = f"import nltrade as nl\nimport polars as pl\n\nframe = pl.DataFrame()\n{lines}\n"
    (folder / "wrong.py").write_text(text, encoding="utf-8")
    as_installed = "--follow-imports=silent"  # what is wrong inside a package is not the reader's
    options = ["--strict", as_installed, "--config-file=", f"--cache-dir={folder / 'cache'}"]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("MYPYPATH", str(ROOT))
        said, failed, status = api.run([*options, "script.py", "wrong.py"])
    assert status == 1, "there is something wrong in the wrong one"
    assert not failed
    return said.splitlines()


@pytest.mark.slow
def test_a_typed_script_passes_strictly_without_ignores(said):
    assert [line for line in said if not line.startswith("wrong.py:")] == [said[-1]]
    assert said[-1].startswith("Found")
    assert "in 1 file (checked 2 source files)" in said[-1]


@pytest.mark.slow
def test_what_is_wrong_in_a_script_is_found(said):
    for line, (call, code) in enumerate(WRONG.items(), start=5):
        found = [each for each in said if each.startswith(f"wrong.py:{line}: error")]
        assert any(f"[{code}]" in each for each in found), (call, said)


@pytest.mark.parametrize(
    "name", [name for name in nl.__all__ if inspect.isfunction(getattr(nl, name))]
)
def test_every_public_function_says_all_its_types(name):
    signature = inspect.signature(getattr(nl, name))
    assert signature.return_annotation is not inspect.Signature.empty
    assert all(
        one.annotation is not inspect.Parameter.empty for one in signature.parameters.values()
    )
    assert "Any" not in str(signature), "a type that says something"


def test_the_public_face_is_marked_as_typed():
    assert (ROOT / "nltrade" / "py.typed").exists()
