"""
What the partner reported of the same thing: a second opinion, never part of a verdict.

A leaf: it reads verdicts and published figures, and nothing in them reads it. It says what the
partner reported, how that compares, and why two countries' figures on one trade differ.
"""

from collections.abc import Iterable, Sequence
from functools import cache

import msgspec

from nltrade import registry
from nltrade.claims.elsewhere import Checked
from nltrade.claims.verdict import Verdict
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Lang
from nltrade.registry.toml import sections
from nltrade.report import Prints, Results
from nltrade.sources import snapshot
from nltrade.sources.comtrade import OtherSide
from nltrade.sources.snapshot import Origin
from nltrade.words import Words


class SecondOpinion(Prints, msgspec.Struct, frozen=True, kw_only=True):
    """
    What a partner reported of one thing, beside the figure that someone else gives of it.

    Attributes
    ----------
    about : str
        Id of the claim or the published figure.
    partner, flow, period : str
        Whose report, of which flow as the Netherlands sees it, of which year.
    products : sequence of str
        Chapters of the HS, or ``TOTAL``.
    value_meur, other_meur : float
        Million euro: as reported by the partner, and as the figure beside it says.
    sources : list of Origin
        Where the report is from.
    """

    about: str
    partner: str
    flow: str
    period: str
    products: Sequence[str]
    value_meur: float
    other_meur: float
    sources: list[Origin]

    @property
    def ratio(self) -> float:
        """The partner's figure as a part of the other one."""
        return self.value_meur / self.other_meur

    def says(self, lang: Lang = "en") -> str:
        """
        Say what the partner reported, the ratio, the rate, and why the two differ.

        Parameters
        ----------
        lang : {"en", "nl"}
            Language.

        Returns
        -------
        str
            Two sentences.
        """
        say = Words(lang)
        told = say.text(
            "second-opinion",
            partner=self.partner,
            value=self.value_meur,
            what=self.what(lang),
            year=self.period,
            ratio=say.number(self.ratio, 2),
            other=self.other_meur,
            rate=say.number(registry.rates()[self.period], 4),
        )
        return f"{told} {self.why(lang)}"

    def what(self, lang: Lang = "en") -> str:
        """Name the goods."""
        names = [registry.product(code).text(lang) for code in self.products]
        return Words(lang).several(names)

    def why(self, lang: Lang = "en") -> str:
        """Say why two countries' figures on one trade differ, for this flow."""
        return Words(lang).text(f"second-opinion-{self.flow}", partner=self.partner)


def second_opinions(
    judged: Iterable[Verdict | Checked], other_side: OtherSide
) -> Results[SecondOpinion]:
    """
    Give what the partner reported beside each verdict or published figure it says something of.

    Parameters
    ----------
    judged : iterable of Verdict or Checked
        What was checked; its verdicts stay as they are.
    other_side : OtherSide
        What partners reported, as `nltrade.other_side` gives it.

    Returns
    -------
    list of SecondOpinion
        Of amounts of a whole year of imports or exports only: none of shares, rates and places.

    Examples
    --------
    >>> import nltrade as nl
    >>> verdicts = nl.check_claims()
    >>> found = second_opinions(verdicts, nl.other_side("Russia"))
    >>> [(one.about, round(one.ratio, 2)) for one in found][:2]
    [('imports-2012', 2.91), ('exports-2012', 0.66)]
    """
    found = Results[SecondOpinion]()
    for one in judged:
        if isinstance(one, Verdict):
            claim, main = one.claim, one.main
            if claim.measure != "value" or main is None or main.value is None:
                continue
            named = (claim.id, claim.partner, str(claim.flow), str(claim.year))
            opinion = _opinion(*named, [claim.product], float(main.value), other_side)
        else:
            figure = one.figure
            named = (figure.id, figure.partner, str(figure.flow), figure.period)
            opinion = _opinion(*named, figure.codes, figure.value_meur, other_side)
        if opinion is not None:
            found.append(opinion)
    return found


def _opinion(
    about: str,
    partner: str,
    flow: str,
    period: str,
    codes: Sequence[str],
    other: float,
    other_side: OtherSide,
) -> SecondOpinion | None:
    """Look up what the partner reported of the same goods; nothing where a chapter is missing."""
    known = _chapters()
    id = registry.partner(partner).id
    if flow not in ("import", "export") or not codes or not set(codes) <= set(known) or not other:
        return None

    products = list(dict.fromkeys(chapter for code in codes for chapter in known[code]))
    rows = other_side.trade
    rows = rows[rows["partner"].eq(id) & rows["flow"].eq(flow) & rows["period"].eq(period)]
    rows = rows[rows["product"].isin(products) & rows[VALUE].notna()]
    if len(rows) < len(products):
        return None

    return SecondOpinion(
        about=about,
        partner=id,
        flow=flow,
        period=period,
        products=products,
        value_meur=float(rows[VALUE].sum()),
        other_meur=other,
        sources=list(snapshot.origins(rows)),
    )


@cache
def _chapters() -> dict[str, list[str]]:
    return dict(sections(registry.FOLDER / "concordance.toml")["chapters"])
