"""The JSON Schemas in `docs/schema` are of today's fields, and take what nltrade takes."""

import json
import tomllib

import pytest
from jsonschema import Draft202012Validator, ValidationError

import nltrade as nl
from conftest import ROOT
from nltrade import registry
from nltrade.registry.schema import FILES, json_schema
from test_hostile_claims import SECTOR
from test_registry import GOOD_CLAIM

GOOD = {"claims": GOOD_CLAIM, "sectors": SECTOR}


def valid(file, text):
    Draft202012Validator(json_schema(file)).validate(tomllib.loads(text))


@pytest.mark.parametrize("file", FILES)
def test_the_published_schema_is_that_of_the_code(file):
    """Written by ``python -m nltrade.registry.schema docs/schema``."""
    published = (ROOT / "docs" / "schema" / f"{file}.schema.json").read_text(encoding="utf-8")
    assert json.loads(published) == json_schema(file)


@pytest.mark.parametrize("file", FILES)
def test_every_field_is_explained(file):
    Draft202012Validator.check_schema(json_schema(file))
    for section in json_schema(file)["properties"].values():
        for name, field in section["additionalProperties"]["properties"].items():
            assert field.get("description"), name


@pytest.mark.parametrize("file", FILES)
def test_what_ships_and_what_is_good_is_valid(file):
    valid(file, (registry.FOLDER / f"{file}.toml").read_text(encoding="utf-8"))
    valid(file, GOOD[file])


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("claims", 'flow = "import"', 'flow = "improt"'),
        ("claims", "year = 2012", 'year = "2012"'),
        ("claims", 'partner = "RU"', ""),
        ("claims", 'date = "2013"', "date = 2013"),
        ("claims", 'flow = "import"', 'flow = "import"\nflw = 1'),
        ("claims", "[claims.mine]", "[claim.mine]"),
        ("claims", GOOD_CLAIM, f"{GOOD_CLAIM}[clams.other]\n"),
        ("claims", GOOD_CLAIM, f"lang = 'en'\n{GOOD_CLAIM}"),
        ("sectors", SECTOR, f"{SECTOR}[sector.oil]\n"),
        ("sectors", 'goods_coverage = "direct"', 'goods_coverage = "good"'),
        ("sectors", 'about_en = "Fuels only."', ""),
    ],
)
def test_what_nltrade_refuses_an_editor_marks(tmp_path, file, old, new):
    text = GOOD[file].replace(old, new)
    assert text != GOOD[file]
    with pytest.raises(ValidationError):
        valid(file, text)
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    with pytest.raises(nl.errors.RegistryError):
        getattr(nl, file)(tmp_path / "mine.toml")
