"""
A replica of the CBS open data feed (OData v3) on loopback, with faults on demand.

    with Replica(tables=["83028NED", shih(rows=25_000)], faults=[Status(503), Reset(500)]) as cbs:
        cbsodata.options.catalog_url, cbsodata.options.use_https = cbs.host, False
        ...
        cbs.tables["83028NED"].info["Modified"] = "2023-02-01T02:00:00"
        cbs.tables["83028NED"].cells[0]["Invoerwaarde_1"] = None
        assert len(cbs.requests) == 3
"""

from cbs_replica.faults import (
    DroppedColumn,
    EndsEarly,
    Fault,
    Html,
    ModifiedHalfway,
    NewKey,
    PageMissing,
    PageOfBefore,
    PageTwice,
    PartYear,
    PrematureEnd,
    RenamedMeasure,
    Reset,
    Status,
    StraySpaces,
    Trickle,
    Truncated,
    WrongUnit,
)
from cbs_replica.invented import is_invented, shih
from cbs_replica.rows import IMPOSSIBLE
from cbs_replica.server import Replica
from cbs_replica.shape import Table
from cbs_replica.tables import build, shipped

__all__ = [
    "IMPOSSIBLE",
    "DroppedColumn",
    "EndsEarly",
    "Fault",
    "Html",
    "ModifiedHalfway",
    "NewKey",
    "PageMissing",
    "PageOfBefore",
    "PageTwice",
    "PartYear",
    "PrematureEnd",
    "RenamedMeasure",
    "Replica",
    "Reset",
    "Status",
    "StraySpaces",
    "Table",
    "Trickle",
    "Truncated",
    "WrongUnit",
    "build",
    "is_invented",
    "shih",
    "shipped",
]
