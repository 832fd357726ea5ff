"""Words that several tables share."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from nltrade import registry
from nltrade.claims.reading import Placed, place_range
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Lang
from nltrade.words import Words


def known(id: str, lang: Lang) -> str:
    """Give the label of a code, or the code where it is of a frame of the user's own."""
    say = Words(lang)
    return say.label(id) if id in registry.texts() else str(id)


def certainty(row: Mapping[Any, Any], lang: Lang) -> str:
    """Say how certain the place of a row is; nothing where it has none."""
    return "" if pd.isna(row["place"]) else place_range(Placed.of({VALUE: 0.0, **row}), lang)
