"""
The shape of a table in the feed: its description, properties, dimensions, and how values are
written.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cbs_replica.rows import IMPOSSIBLE, Listed, Row, Rows

WIDTH = 8
UNKNOWN = ".".rjust(WIDTH)
BLANK = " " * WIDTH


@dataclass
class Table:
    """One table; everything in it may be changed between requests."""

    info: dict[str, Any]
    dimensions: dict[str, list[dict[str, Any]]]
    properties: list[dict[str, Any]]
    groups: list[dict[str, Any]]
    rows: Rows

    @property
    def id(self) -> str:
        return str(self.info["Identifier"])

    @property
    def cells(self) -> list[Row]:
        """The cells of a table that keeps them in a list."""
        assert isinstance(self.rows, Listed), f"{self.id} makes its rows as they are asked for"
        return self.rows.cells

    @property
    def topics(self) -> list[dict[str, Any]]:
        return [each for each in self.properties if each["Type"] == "Topic"]

    @property
    def columns(self) -> list[str]:
        return ["ID", *self.dimensions, *(topic["Key"] for topic in self.topics)]

    @property
    def entities(self) -> list[str]:
        first = ["TableInfos", "UntypedDataSet", "TypedDataSet", "DataProperties", "CategoryGroups"]
        return [*first, *self.dimensions]

    def described(self) -> dict[str, Any]:
        """The row of TableInfos, which does not say how many rows there are."""
        return dict(self.info)

    def typed(self, rows: list[Row]) -> list[Row]:
        """Rows of TypedDataSet, in which unknown, secret and impossible are all null."""
        columns = self.columns
        return [
            row
            if len(row) == len(columns) and IMPOSSIBLE not in row.values()
            else {name: None if row[name] == IMPOSSIBLE else row[name] for name in columns}
            for row in rows
        ]

    def untyped(self, rows: list[Row]) -> list[Row]:
        """Rows of UntypedDataSet: values as text, padded to the left."""
        decimals = dict.fromkeys(self.columns) | {
            topic["Key"]: topic["Decimals"] for topic in self.topics
        }
        return [
            {
                name: row[name] if places is None else _text(row[name], places)
                for name, places in decimals.items()
            }
            for row in rows
        ]


def _text(value: float | str | None, decimals: int) -> str:
    if value is None:
        return UNKNOWN
    if isinstance(value, str):
        return BLANK if value == IMPOSSIBLE else value
    return f"{value:{WIDTH}.{decimals}f}"


def dimension(
    rows: Iterable[Mapping[str, str]], *, time: bool = False, grouped: bool = False
) -> list[dict[str, Any]]:
    """Give keys and titles the columns of a dimension table of the feed."""
    listed = [
        {"Key": row["Key"], "Title": row["Title"], "Description": None} | dict(row) for row in rows
    ]
    if not time:
        return [
            row | {"CategoryGroupID": _group(row["Key"]) if grouped else None} for row in listed
        ]
    years = sorted({row["Key"][:4] for row in listed})
    latest = dict.fromkeys(years[-2:-1], "NaderVoorlopig") | dict.fromkeys(years[-1:], "Voorlopig")
    return [
        row | {"Status": row.get("Status", latest.get(row["Key"][:4], "Definitief"))}
        for row in listed
    ]


def _group(key: str) -> int:
    return 1 if key[0] == "T" or key == "999" else 2


def topic(key: str, title: str, unit: str, datatype: str = "Long") -> dict[str, Any]:
    """One topic of DataProperties, without its place."""
    return {
        "Key": key,
        "Title": title,
        "Description": "",
        "ReleasePolicy": None,
        "Datatype": datatype,
        "Unit": unit,
        "Decimals": 0 if datatype == "Long" else 1,
        "Default": "Missing",
    }


def _properties(
    dimensions: Iterable[str], topics: Iterable[dict[str, Any]]
) -> list[dict[str, Any]]:
    kinds = {name: "TimeDimension" if name == "Perioden" else "Dimension" for name in dimensions}
    rows = [
        {
            "Type": kind,
            "Key": name,
            "Title": name,
            "Description": "",
            "ReleasePolicy": name == "Perioden" or None,
        }
        for name, kind in kinds.items()
    ]
    parents: dict[str, int] = {}
    for each in topics:
        group = each.get("Group")
        if group and group not in parents:
            parents[group] = len(rows)
            rows.append({"Type": "TopicGroup", "Key": "", "Title": group, "Description": ""})
        of = {"ParentID": parents[group]} if group else {}
        rows.append({"Type": "Topic"} | {n: v for n, v in each.items() if n != "Group"} | of)
    return [
        {"odata.type": f"Cbs.OData.{row['Type']}", "ID": place, "Position": place, "ParentID": None}
        | row
        for place, row in enumerate(rows)
    ]


def make(
    id: str,
    *,
    title: str,
    modified: str,
    period: str,
    dimensions: dict[str, list[dict[str, Any]]],
    topics: list[dict[str, Any]],
    rows: Rows,
    discontinued: bool = False,
) -> Table:
    """Put a table together, with the description and the properties that the feed gives."""
    grouped = [
        name for name, keys in dimensions.items() if any(row.get("CategoryGroupID") for row in keys)
    ]
    groups = [
        {"ID": number, "DimensionKey": name, "Title": title, "Description": None, "ParentID": None}
        for name in grouped
        for number, title in [(1, "Totaal"), (2, "Landen en groepen")]
    ]
    info = {
        "ID": 0,
        "Title": title,
        "ShortTitle": title[:60],
        "Identifier": id,
        "Summary": title,
        "Modified": modified,
        "MetaDataModified": modified,
        "ReasonDelivery": "Stopgezet" if discontinued else "Actualisering",
        "ExplanatoryText": "",
        "OutputStatus": "Gediscontinueerd" if discontinued else "Regulier",
        "Source": "CBS.",
        "Language": "nl",
        "Catalog": "CBS",
        "Frequency": "Stopgezet" if discontinued else "Permaand",
        "Period": period,
        "SummaryAndLinks": title,
        "ShortDescription": f"\nReplica of {id} for tests.\n",
        "Description": f"Replica of {id} for tests; not a publication of CBS.",
        "DefaultPresentation": "",
        "DefaultSelection": "",
        "GraphTypes": "Table,Bar,Line",
        "SearchPriority": "2",
    }
    return Table(info, dimensions, _properties(dimensions, topics), groups, rows)
