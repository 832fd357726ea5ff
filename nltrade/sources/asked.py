"""
What is asked of either source, CBS or UN Comtrade: every option checked, and a plan made of it.

Nothing here touches the network.
"""

from collections.abc import Iterable

import msgspec

from nltrade import registry
from nltrade.errors import UnknownName, close_to
from nltrade.registry.entries import Table
from nltrade.sources.plan import Plan, Request, ask, make_plan, registered_keys

BY = ("HS", "SITC")  # the classifications of UN Comtrade
SOURCES = ("auto", "v3", "v4")  # the ways to CBS
NETHERLANDS = "528"


class Question(msgspec.Struct, frozen=True):
    """A question to UN Comtrade: what one country reported of another, in a year and a flow."""

    reporter: str
    partner: str
    flow: str
    year: str

    @property
    def says(self) -> str:
        """The question in a few words."""
        return f"reporter {self.reporter}, partner {self.partner}, {self.flow} {self.year}"


class Questions(msgspec.Struct, frozen=True):
    """The questions to UN Comtrade that a request takes: one a partner, year and flow."""

    request: Request
    questions: list[Question]

    @property
    def says(self) -> str:
        """The plan in a sentence, for people."""
        asked = f"{self.request.table}: {self.request.says}"
        return f"{asked}: {len(self.questions)} questions to UN Comtrade"


def plan_of(
    table: str,
    *,
    partner: str | Iterable[str] | None = None,
    product: str | Iterable[str] | None = None,
    years: str | int | tuple[int, int] | None = None,
    freq: str | Iterable[str] = "A",
    by: str = "HS",
    source: str = "auto",
) -> Plan | Questions:
    """Say what `nltrade.fetch` would ask, with the keys that are registered; refuse what is odd."""
    _require_options(registry.table(table), product=product, by=by, source=source)
    if registry.table(table).source == "CBS":
        request = ask(table, partner=partner, product=product, years=years, freq=freq)
        return make_plan(request, registered_keys(request))

    if not partner or not years:
        raise UnknownName(
            f"{table} is asked by partner and year: name both, such as --partner TR --years 2012."
        )
    if by == "SITC":
        table = f"{table.removesuffix('-sitc')}-sitc"
    request = ask(table, partner=partner, years=years, freq=freq)
    return Questions(request, _questions(request))


def _require_options(table: Table, *, product: object, by: str, source: str) -> None:
    """Refuse an option that does not exist, and one that the source of a table does not know."""
    if by not in BY:
        raise UnknownName(
            f"No classification {by!r}.{close_to(by, BY)} Write HS (chapters) or SITC (groups)."
        )
    if source not in SOURCES:
        raise UnknownName(f"No source {source!r}.{close_to(source, SOURCES)} Write auto, v3 or v4.")

    unfit = ""
    if table.source == "CBS" and by != "HS":
        unfit = f"by={by!r}, which is for tables of UN Comtrade such as comtrade-partner"
    if table.source == "Comtrade" and source != "auto":
        unfit = f"source={source!r}, which is a way to CBS"
    if table.source == "Comtrade" and product:
        unfit = "a product: it comes with all of them, to choose from afterwards"
    if unfit:
        raise UnknownName(f"{table.id} cannot be asked with {unfit}. Leave that out.")


def _questions(request: Request) -> list[Question]:
    """Cut a request to UN Comtrade into questions."""
    table = registry.table(request.table)
    codes = {one.id: code for code, one in registry.partner_keys(table.id).items()}

    found = []
    for year in range(int(request.first), int(request.last or table.last) + 1):
        for partner in request.partners:
            pair = (codes[partner], NETHERLANDS)
            reporter, other = pair if table.partner == "reporterCode" else pair[::-1]
            found += [Question(reporter, other, flow, str(year)) for flow in table.flows]
    return found
