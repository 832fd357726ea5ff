"""
What `?` shows of each public name: numpydoc sections that fit it, and an example that the doctests
run.
"""

import inspect

import pytest
from numpydoc.validate import validate

import nltrade as nl

# A docstring, a summary, every parameter with type and description, what comes back and of which
# shape.
RULES = {"GL08", "SS01", "SS02", "PR01", "PR02", "PR03", "PR04", "PR07", "RT01", "RT03", "EX01"}
FAR = {"fetch"}  # an example of it would ask CBS
NAMES = [name for name in nl.__all__ if callable(getattr(nl, name))]


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_is_documented_with_an_example(name):
    rules = RULES - {"EX01"} if name in FAR else RULES
    found = validate(f"nltrade.{name}")["errors"]
    assert [each for each in found if each[0] in rules] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_docstring_names_the_errors_that_its_function_raises_itself(name):
    public = getattr(nl, name)
    if inspect.isfunction(public):
        source, doc = inspect.getsource(public), inspect.getdoc(public)
        for error in ("UnknownName", "NoData", "RegistryError", "SnapshotError", "SourceError"):
            assert f"raise {error}(" not in source or error in doc


def test_completion_offers_the_public_names_and_no_more():
    assert dir(nl) == sorted(nl.__all__)
    assert dir(nl.charts) == sorted(nl.charts.__all__)
    assert len(set(nl.__all__)) == len(nl.__all__)


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nope'"):
        _ = nl.nope
