"""Figures that offices, ministries and newspapers published, next to what would check them."""

from collections.abc import Mapping
from fractions import Fraction

import msgspec
import pandas as pd

from nltrade import registry
from nltrade.claims.operators import Asserted
from nltrade.claims.reading import is_cbs
from nltrade.questions.sectors import CODES, sums
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Lang, Published
from nltrade.registry.sectors import published
from nltrade.report import Results
from nltrade.rounding import exact
from nltrade.sources import provenance
from nltrade.sources.snapshot import Origin
from nltrade.words import Words


class Checked(msgspec.Struct, frozen=True):
    """A published figure with what CBS says today, in million euro; None where nothing tells."""

    figure: Published
    value_meur: float | None
    table: str | None
    sources: list[Origin] = []

    @property
    def verdict(self) -> str:
        """``supported``, ``contradicted`` or ``cannot be checked``."""
        if self.value_meur is None:
            return "cannot be checked"
        one = self.figure
        step = exact(one.precision_meur)
        asserted = Asserted(one.operator, exact(one.value_meur), Fraction(0), step)
        return "supported" if asserted.hold(exact(self.value_meur)) else "contradicted"

    def why(self, lang: Lang = "en") -> str:
        """Say what CBS says, or what it would take to check the figure."""
        say = Words(lang)
        one = self.figure
        if self.value_meur is not None:
            return say.text("published-cbs", value=self.value_meur, table=self.table)
        if not one.codes:
            return say.label("published-no-class")
        able = registry.tables_with(products=one.codes, period=one.period[:4])
        if not able or "/" in one.period or "-Q" in one.period:
            monthly = [table for table in able if "M" in table.freqs]
            id = "published-months" if monthly else "published-no-table"
            return say.text(id, table=monthly[0].id if monthly else "")
        return say.text("sector-fetch", table=able[0].id)


def check_published(
    frame: pd.DataFrame, figures: Mapping[str, Published] | None = None
) -> Results[Checked]:
    """
    Put published figures next to CBS's, as far as the frame has the classes and the periods.

    Parameters
    ----------
    frame : pandas.DataFrame
        Tidy frame.
    figures : mapping of str to Published, optional
        The shipped figures by default.

    Returns
    -------
    list of Checked
        In their order, figures about the same thing after each other. A figure of several months is
        that of the months together.

    Examples
    --------
    >>> import nltrade as nl
    >>> found = [one for one in check_published(nl.load()) if one.value_meur is not None]
    >>> {one.verdict for one in found} <= {"supported", "contradicted"}
    True
    """
    known = published() if figures is None else figures
    partners = {registry.partner(one.partner).id for one in known.values()}
    goods = frame[(frame["kind"] == "goods") & frame["partner"].isin(partners)]
    totals = goods[goods["level"] == 0]

    pairs = [("SITC", one.id, code) for one in known.values() for code in one.codes]
    codes = pd.DataFrame(pairs, columns=CODES)
    codes = codes[codes["product"] != "TOTAL"]
    found = sums(goods, codes) if len(codes) else totals.assign(sector="")

    # Figures about the same thing stand where the first of them does.
    things = list(dict.fromkeys(one.same_as or one.id for one in known.values()))
    listed = sorted(known.values(), key=lambda one: things.index(one.same_as or one.id))
    return Results(
        _check(one, totals if one.codes == ["TOTAL"] else found[found["sector"] == one.id], goods)
        for one in listed
    )


def _check(figure: Published, rows: pd.DataFrame, goods: pd.DataFrame) -> Checked:
    """Add up the periods of a figure in the first table of CBS that has them all."""
    first, _, last = figure.period.partition("/")
    periods = [first]
    if last:
        periods = pd.period_range(first, last, freq="M").astype(str).tolist()

    is_flow = rows["flow"] == figure.flow
    is_partner = rows["partner"] == registry.partner(figure.partner).id
    of = rows[is_flow & is_partner & rows["period"].isin(periods) & rows["complete"]]

    for table in filter(is_cbs, registry.tables()):
        values = of.loc[of["table"] == table, VALUE]
        if len(values) == len(periods) and values.notna().all():
            sources = provenance.origins(goods[goods["table"] == table])
            return Checked(figure, float(values.sum()), table, sources)
    return Checked(figure, None, None)
