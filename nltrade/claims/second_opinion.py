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
from nltrade.registry.entries import Claim, Lang, Published
from nltrade.registry.toml import sections
from nltrade.report import Prints, Results
from nltrade.sources import provenance
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
            **msgspec.structs.asdict(self),
            what=self.what(lang),
            ratio=say.number(self.ratio, 2),
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
    opinions = [_opinion(one, other_side) for one in judged]
    return Results(opinion for opinion in opinions if opinion is not None)


def _opinion(one: Verdict | Checked, other_side: OtherSide) -> SecondOpinion | None:
    """Look up what the partner reported of the same goods; nothing where a chapter is missing."""
    about, other, codes, period = _beside(one)
    known = _chapters()
    if about.flow not in ("import", "export") or not codes or not set(codes) <= set(known):
        return None

    partner = registry.partner(about.partner).id
    products = list(dict.fromkeys(chapter for code in codes for chapter in known[code]))
    rows = other_side.trade
    rows = rows[rows["partner"].eq(partner) & rows["flow"].eq(about.flow)]
    rows = rows[rows["period"].eq(period) & rows["product"].isin(products) & rows[VALUE].notna()]
    if not other or len(rows) < len(products):
        return None

    return SecondOpinion(
        about=about.id,
        partner=partner,
        flow=about.flow,
        period=period,
        products=products,
        value_meur=float(rows[VALUE].sum()),
        other_meur=float(other),
        sources=list(provenance.origins(rows)),
    )


def _beside(
    one: Verdict | Checked,
) -> tuple[Claim | Published, float | None, Sequence[str], str]:
    """Give what was checked, its value if that is an amount, its codes and its period."""
    if isinstance(one, Checked):
        figure = one.figure
        return figure, figure.value_meur, figure.codes, figure.period
    claim, main = one.claim, one.main
    value = main.value if main is not None and claim.measure == "value" else None
    return claim, value, [claim.product], str(claim.year)


@cache
def _chapters() -> dict[str, list[str]]:
    return dict(sections(registry.FOLDER / "concordance.toml")["chapters"])
