"""
nltrade: reported figures on Dutch trade next to what Statistics Netherlands (CBS) publishes.

>>> import nltrade as nl
>>> russia = nl.select(nl.load(), partner="Russia", period=2012, kind="goods", product="TOTAL")
>>> dict(zip(russia["flow"], russia["value_meur"]))["import"]
20332.0
"""

from typing import TYPE_CHECKING, Any

from nltrade.cbs.snapshot import origins
from nltrade.cbs.tidy import load
from nltrade.errors import NltradeError, NoData, RegistryError, SnapshotError, UnknownName
from nltrade.listing import partners, products, tables
from nltrade.ranking import rank_partners
from nltrade.registry import eu_members
from nltrade.registry.reported import claims
from nltrade.revisions import claims_touched, compare_snapshots
from nltrade.trade import balance, growth, select, share, total
from nltrade.verdicts import Verdict, check_claims, verdict_table

if TYPE_CHECKING:
    from nltrade import charts
    from nltrade.documents import briefing

__version__ = "0.1.0"
__all__ = [
    "NltradeError",
    "NoData",
    "RegistryError",
    "SnapshotError",
    "UnknownName",
    "Verdict",
    "balance",
    "briefing",
    "charts",
    "check_claims",
    "claims",
    "claims_touched",
    "compare_snapshots",
    "eu_members",
    "growth",
    "load",
    "origins",
    "partners",
    "products",
    "rank_partners",
    "select",
    "share",
    "tables",
    "total",
    "verdict_table",
]


def __getattr__(name: str) -> Any:
    """Load what draws and writes only when it is asked for: importing nltrade stays as light as importing pandas."""
    if name == "charts":
        from importlib import import_module

        return import_module("nltrade.charts")
    if name == "briefing":
        from nltrade.documents import briefing

        return briefing
    raise AttributeError(f"module 'nltrade' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
