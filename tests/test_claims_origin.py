"""What a verdict is from travels with the frame: an older snapshot keeps its own date and hash."""

import pandas as pd
import pytest

import nltrade as nl
from nltrade.claims.revisions import claims_revised, claims_touched

OLD, NEW = "2023-01-04", "2023-06-06"


@pytest.fixture
def both(newer):
    """The pinned frame and the newest one, with a made-up newer snapshot on disk beside the old."""
    assert newer.is_dir()
    return nl.load("83028NED", snapshot=OLD), nl.load("83028NED")


def source(found):
    (origin,) = found.sources
    return origin.modified, origin.sha256


def test_a_verdict_is_from_the_snapshot_of_its_frame(both):
    claim = [nl.claims()["exports-2012"]]
    (old,), (new,) = (nl.check_claims(frame, claim) for frame in both)
    assert (old.says(), new.says()) == ("€7,068m", "€6,666m")
    assert source(old)[0] == OLD
    assert source(new)[0] == NEW
    assert source(old)[1].startswith("f4158376")
    assert source(old)[1] != source(new)[1]


def test_a_place_is_from_the_snapshot_of_its_frame(both):
    claim = [nl.claims()["third-partner"]]
    for frame, modified in zip(both, (OLD, NEW), strict=True):
        (found,) = nl.check_claims(frame, claim)
        assert source(found)[0] == modified


def test_a_published_figure_and_a_base_are_from_the_snapshot_of_their_frame(both):
    for frame, modified in zip(both, (OLD, NEW), strict=True):
        checked = [one for one in nl.check_published(frame) if one.value_meur is not None]
        bases = [one for one in nl.base_of_trade(frame, "RU") if one.years]
        assert checked
        assert bases
        assert {source(one)[0] for one in checked + bases} == {modified}


def test_a_claim_before_and_after_a_revision_has_a_source_each(both):
    for touched in (claims_touched(*both), claims_revised()):
        (exports,) = [one for one in touched if one.new.claim.id == "exports-2012"]
        assert (exports.old.says(), source(exports.old)[0]) == ("€7,068m", OLD)
        assert (exports.new.says(), source(exports.new)[0]) == ("€6,666m", NEW)


def test_a_frame_of_your_own_has_no_source_of_cbs(shipped):
    mine = shipped.drop(columns="modified")
    for verdict in nl.check_claims(mine):
        assert verdict.sources == []


def test_a_snapshot_that_lies_beside_it_changes_no_verdict(both, shipped):
    frame = pd.concat([both[0], shipped[shipped["table"] != "83028NED"]])
    now, alone = nl.check_claims(frame), nl.check_claims(shipped)
    assert [one.verdict for one in now] == [one.verdict for one in alone]
    assert [one.why() for one in now] == [one.why() for one in alone]
