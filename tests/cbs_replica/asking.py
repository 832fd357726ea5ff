"""Ask a replica the way a plain client does, for tests that look at the answers themselves."""

from typing import Any

import requests

from cbs_replica.server import Replica

TIMEOUT = 10


def ask(url: str, **options: str) -> requests.Response:
    """
    Send one request; options go without their dollar sign, and JSON is asked for unless `format`
    says otherwise.
    """
    query = {f"${name}": value for name, value in ({"format": "json"} | options).items() if value}
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, params=query if "?" not in url else None, timeout=TIMEOUT)


def get(
    cbs: Replica,
    table: str,
    entity: str = "TypedDataSet",
    service: str = "ODataFeed",
    **options: str,
) -> Any:
    """Give one page of an entity as decoded JSON; a refusal is an error."""
    answer = ask(f"{cbs.url}/{service}/odata/{table}/{entity}", **options)
    answer.raise_for_status()
    return answer.json()


def value(
    cbs: Replica, table: str, entity: str = "TypedDataSet", **options: str
) -> list[dict[str, Any]]:
    """Give the rows of one page."""
    return list(get(cbs, table, entity, **options)["value"])


def follow(
    cbs: Replica, table: str, entity: str = "TypedDataSet", **options: str
) -> list[list[dict[str, Any]]]:
    """Give the rows of every page, as the links lead."""
    page = get(cbs, table, entity, **options)
    pages = [page["value"]]
    while link := page.get("odata.nextLink"):
        page = ask(link).json()
        pages.append(page["value"])
    return pages
