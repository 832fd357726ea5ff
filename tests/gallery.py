"""
Every figure of a partner and a year, with made-up claims where the shipped ones are about another.
"""

import msgspec
import pandas as pd

import nltrade as nl
from nltrade import registry
from nltrade.charts import NAMES, draw

WORDING = "made-up words: a little above {:.0f} million"


def partners_of(frame, table="83028NED", year=2012):
    """List the countries that a table has in a year, also those of which it publishes nothing."""
    there = frame.loc[
        (frame["table"] == table) & (frame["period"] == str(year)), "partner"
    ].unique()
    return [id for id in there if registry.partners()[id].kind == "country"]


def made_up_claims(frame, partner, year):
    """Claim a round figure just below each flow of all goods that is published."""
    cells = frame[
        (frame["partner"] == partner)
        & (frame["period"] == str(year))
        & (frame["product"] == "TOTAL")
    ]
    found = []
    for flow in ("import", "export"):
        values = cells.loc[cells["flow"] == flow, "value_meur"].dropna()
        if len(values):
            step = 10 ** max(len(str(int(values.iloc[0]))) - 2, 0)
            figure = float(values.iloc[0] // step * step)
            like = nl.claims()["imports-2012"]
            about = {"id": f"made-up-{flow}", "partner": partner, "year": year, "flow": flow}
            words = {
                "threshold": figure,
                "upto": figure + 2 * step,
                "wording": WORDING.format(figure),
            }
            found.append(msgspec.structs.replace(like, **about, **words))
    return found


def gallery(frame, partner, year, lang, names=NAMES):
    """Draw every figure that CBS publishes something for."""
    claims = (
        nl.claims() if (partner, year) == ("RU", 2012) else made_up_claims(frame, partner, year)
    )
    verdicts = nl.check_claims(frame, claims) if "reported" in names else []
    found = []
    for name in names:
        try:
            about = {"partner": partner, "period": year, "lang": lang}
            found.append(draw(name, frame, verdicts, other_side=nl.other_side(partner), **about))
        except nl.NoData:
            continue
    return found


def without(frame, **cells):
    """Empty the cells that match, as CBS does with what it withholds."""
    rows = frame.copy()
    which = pd.Series(True, index=rows.index)
    for column, values in cells.items():
        which &= rows[column].isin([values] if isinstance(values, str) else values)
    rows.loc[which, "value_meur"] = float("nan")
    return rows
