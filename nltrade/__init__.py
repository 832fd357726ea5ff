"""
nltrade: reported figures on Dutch trade next to what Statistics Netherlands (CBS) publishes.

>>> import nltrade as nl
>>> russia = nl.select(nl.load(), partner="Russia", period=2012, kind="goods", product="TOTAL")
>>> dict(zip(russia["flow"], russia["value_meur"]))["import"]
20332.0
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nltrade import interrupt as interrupt  # isort: skip (before what takes long)
from nltrade.briefing import briefing
from nltrade.claims import check_claims
from nltrade.claims.base_of_trade import base_of_trade
from nltrade.claims.elsewhere import check_published
from nltrade.claims.second_opinion import second_opinions
from nltrade.errors import NltradeError, NoData, UnknownName, needs
from nltrade.questions.growth import growth
from nltrade.questions.moves import compare_places, like_for_like, trace_place
from nltrade.questions.ranking import rank_partners
from nltrade.questions.sectors import sector_trade
from nltrade.questions.trade import balance, select, share, total
from nltrade.registry import eu_members
from nltrade.sources.comtrade import other_side
from nltrade.sources.provenance import origins
from nltrade.sources.tidy import load
from nltrade.tables import show, show_ranking
from nltrade.tables.claims import verdict_table
from nltrade.version import __version__

# isort: split
# The functions `claims` and `tables` take the place of the packages of these names, which are
# imported above: what a user types is a function, and `from nltrade.claims import ...` still works.
from nltrade.registry.claims import claims
from nltrade.registry.listings import partners, products, tables
from nltrade.registry.sectors import published, sectors

if TYPE_CHECKING:
    from nltrade import charts
    from nltrade.explorer import explore
    from nltrade.sources.download import fetch
    from nltrade.sources.raw import load_raw

__all__ = [
    "NltradeError",
    "NoData",
    "UnknownName",
    "__version__",
    "balance",
    "base_of_trade",
    "briefing",
    "charts",
    "check_claims",
    "check_published",
    "claims",
    "compare_places",
    "eu_members",
    "explore",
    "fetch",
    "growth",
    "like_for_like",
    "load",
    "load_raw",
    "origins",
    "other_side",
    "partners",
    "products",
    "published",
    "rank_partners",
    "second_opinions",
    "sector_trade",
    "sectors",
    "select",
    "share",
    "show",
    "show_ranking",
    "tables",
    "total",
    "trace_place",
    "verdict_table",
]

_LATER = {  # what draws and downloads: its module, and the extra that it needs
    "charts": ("nltrade.charts", "briefing"),
    "explore": ("nltrade.explorer", "briefing"),
    "fetch": ("nltrade.sources.download", "fetch"),
    "load_raw": ("nltrade.sources.raw", "fetch"),
}


if not TYPE_CHECKING:  # a type checker knows them, and that there are no others

    def __getattr__(name: str) -> Any:
        """Load heavy parts only when they are asked for: importing nltrade stays light."""
        if name not in _LATER:
            raise AttributeError(f"module 'nltrade' has no attribute {name!r}")

        path, extra = _LATER[name]
        with needs(extra, f"nltrade.{name}"):
            module = import_module(path)

        return getattr(module, name, module)


def __dir__() -> list[str]:
    return __all__
