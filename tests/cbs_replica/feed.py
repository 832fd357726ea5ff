"""
What the replica answers to a path and its query options: the routes of the feed, without the
connection.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec

from cbs_replica.faults import Answer, Fault, Paging
from cbs_replica.query import BadQuery, Query, read
from cbs_replica.rows import Listed, Row, Rows
from cbs_replica.shape import Table

JSON = "application/json; odata=minimalmetadata; streaming=true; charset=utf-8"
ATOM = b'<?xml version="1.0" encoding="utf-8"?><feed></feed>'


@dataclass(frozen=True)
class Route:
    """A path taken apart."""

    service: str
    table: str
    entity: str
    count: bool = False


def route(path: str) -> Route | None:
    """Take a path apart; None for a path that the feed does not have."""
    match [part for part in path.split("/") if part]:
        case ["ODataCatalog", "Tables"]:
            return Route("ODataCatalog", "", "Tables")
        case [("ODataFeed" | "ODataApi") as service, odata, table] if odata.lower() == "odata":
            return Route(service, table, "")
        case [("ODataFeed" | "ODataApi") as service, odata, table, entity] if (
            odata.lower() == "odata"
        ):
            return Route(service, table, entity)
        case [("ODataFeed" | "ODataApi") as service, odata, table, entity, "$count"] if (
            odata.lower() == "odata"
        ):
            return Route(service, table, entity, count=True)
    return None


def error(status: int, text: str) -> Answer:
    """Answer an error as a page for people."""
    body = f"<!DOCTYPE html><html><head><title>{status}</title></head><body><h2>{status} - {text}</h2></body></html>"
    return Answer(body.encode(), status, {"Content-Type": "text/html; charset=utf-8"})


def answer(
    route: Route | None,
    options: Mapping[str, str],
    tables: Mapping[str, Table],
    url: str,
    *,
    faults: list[Fault],
    json: bool,
    count: bool | str,
    page: int,
) -> Answer:
    """Answer one request from the tables as they are now, with the faults in its pages."""
    if route is None:
        return error(404, "File or directory not found.")
    if route.service == "ODataCatalog":
        listed = Listed([_listed(table, url) for table in tables.values()])
        return _rows(
            route,
            options,
            listed,
            url,
            columns=list(listed.cells[0]) if listed.cells else [],
            faults=faults,
            page=page,
        )
    if route.table not in tables:
        return error(404, f"Table {route.table} was not found.")
    table = tables[route.table]
    if route.entity not in {"", *table.entities} or (route.count and not count):
        return error(404, "Resource not found.")
    if route.service == "ODataFeed" and not json and not route.count:
        return Answer(ATOM, headers={"Content-Type": "application/atom+xml; charset=utf-8"})
    if not route.entity:
        base = f"{url}/{route.service}/odata/{table.id}"
        entities = [{"name": name, "url": f"{base}/{name}"} for name in table.entities]
        return _json({"odata.metadata": f"{base}/$metadata", "value": entities})
    if route.entity.endswith("DataSet"):
        shown = table.typed if route.entity == "TypedDataSet" else table.untyped
        return _rows(
            route,
            options,
            table.rows,
            url,
            columns=table.columns,
            shown=shown,
            faults=faults,
            page=page,
            mark=b"\xef\xbb\xbf" if count == "with a mark" else b"",
        )
    held = {
        "TableInfos": lambda: [table.described()],
        "DataProperties": lambda: table.properties,
        "CategoryGroups": lambda: table.groups,
    }.get(route.entity, lambda: table.dimensions[route.entity])()
    return _rows(
        route,
        options,
        _Plain(held),
        url,
        columns=list(dict.fromkeys(k for r in held for k in r)),
        faults=faults,
        page=page,
    )


class _Plain(Listed):
    def _rows(self) -> Any:
        return iter(self.cells)


def _listed(table: Table, url: str) -> dict[str, Any]:
    info = {
        name: value
        for name, value in table.described().items()
        if name not in {"ID", "Description"}
    }
    links = {
        "ApiUrl": f"{url}/ODataApi/OData/{table.id}",
        "FeedUrl": f"{url}/ODataFeed/OData/{table.id}",
    }
    counts = {"RecordCount": table.rows.count(), "ColumnCount": len(table.columns) - 1}
    return {"Updated": info["Modified"]} | info | counts | links


def _json(value: Any) -> Answer:
    return Answer(msgspec.json.encode(value), headers={"Content-Type": JSON})


def _rows(
    route: Route,
    options: Mapping[str, str],
    rows: Rows,
    url: str,
    *,
    columns: list[str],
    faults: list[Fault],
    page: int,
    shown: Callable[[list[Row]], list[Row]] = list,
    mark: bytes = b"",
) -> Answer:
    try:
        query = read(options)
        _check_columns(query, columns)
    except BadQuery as bad:
        return error(400, str(bad))
    total = rows.count(query.where)
    if route.count:
        return Answer(
            mark + str(total).encode(), headers={"Content-Type": "text/plain; charset=utf-8"}
        )
    end = total if query.top is None else min(total, query.skip + query.top)
    if route.service == "ODataApi" and ("$skip" in options or end > page):
        return error(500, "Internal Server Error")
    following = query.skip + page if query.skip + page < end else None
    start = query.skip
    for fault in faults:
        if isinstance(fault, Paging):
            start = fault.start(start, page)
            following = fault.following(query.skip, following, page)
    found = shown(rows.read(query.where, start, min(start + page, end)))
    if query.select:
        found = [
            {name: row[name] for name in columns if name in query.select and name in row}
            for row in found
        ]
    head = (
        f"{url}/ODataCatalog"
        if route.service == "ODataCatalog"
        else f"{url}/{route.service}/odata/{route.table}"
    )
    value = {"odata.metadata": f"{head}/$metadata#Cbs.OData.WebAPI.{route.entity}", "value": found}
    if following is not None and following < end:
        value["odata.nextLink"] = f"{head}/{route.entity}?{_next(options, query, following)}"
    return _json(value)


def _check_columns(query: Query, columns: list[str]) -> None:
    asked = [*(query.select or []), *(query.where.columns if query.where else [])]
    if strange := [name for name in asked if name not in columns]:
        raise BadQuery(f"Could not find a property named '{strange[0]}'")


def _next(options: Mapping[str, str], query: Query, following: int) -> str:
    """
    Repeat the client's options as the service does: $skip at the end, $top less what was given.
    """
    kept = {name: value for name, value in options.items() if name != "$skip"}
    if query.top is not None:
        kept["$top"] = str(query.top + query.skip - following)
    kept["$skip"] = str(following)
    return "&".join(
        f"{quote(name, safe='$')}={quote(value, safe='')}" for name, value in kept.items()
    )
