"""
nltrade: reported figures on Dutch trade next to what Statistics Netherlands (CBS) publishes.

>>> import nltrade as nl
>>> russia = nl.select(nl.load(), partner="Russia", period=2012, kind="goods", product="TOTAL")
>>> dict(zip(russia["flow"], russia["value_meur"]))["import"]
20332.0
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nltrade.by_sector import sector_trade
from nltrade.cbs.tidy import load
from nltrade.errors import NltradeError, NoData, UnknownName
from nltrade.listing import partners, products, tables
from nltrade.presentation import show, show_ranking
from nltrade.ranking import rank_partners
from nltrade.registry import eu_members
from nltrade.registry.reported import claims
from nltrade.registry.sectors import sectors
from nltrade.trade import balance, growth, select, share, total
from nltrade.verdicts import check_claims, verdict_table

if TYPE_CHECKING:
    from nltrade import charts
    from nltrade.cbs.download import fetch
    from nltrade.documents import briefing
    from nltrade.explorer import explore

__version__ = "0.1.0"
__all__ = [
    "NltradeError",
    "NoData",
    "UnknownName",
    "balance",
    "briefing",
    "charts",
    "check_claims",
    "claims",
    "eu_members",
    "explore",
    "fetch",
    "growth",
    "load",
    "partners",
    "products",
    "rank_partners",
    "sector_trade",
    "sectors",
    "select",
    "share",
    "show",
    "show_ranking",
    "tables",
    "total",
    "verdict_table",
]


_LATER = {  # what draws, writes and downloads: its module, and the extra that it needs
    "briefing": ("nltrade.documents", "briefing"),
    "charts": ("nltrade.charts", "briefing"),
    "explore": ("nltrade.explorer", "briefing"),
    "fetch": ("nltrade.cbs.download", "fetch"),
}


if not TYPE_CHECKING:  # a type checker knows them, and that there are no others

    def __getattr__(name: str) -> Any:
        """Load heavy parts only when they are asked for: importing nltrade stays as light as importing pandas."""
        if name not in _LATER:
            raise AttributeError(f"module 'nltrade' has no attribute {name!r}")
        path, extra = _LATER[name]
        try:
            module = import_module(path)
        except ModuleNotFoundError as error:
            raise NltradeError(
                f"nltrade.{name} needs {error.name}. Install it with: pip install 'nltrade[{extra}]'"
            ) from None
        return getattr(module, name, module)


def __dir__() -> list[str]:
    return __all__
