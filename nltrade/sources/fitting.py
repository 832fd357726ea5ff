"""Whether the tables that CBS serves today are those that are registered, without any rows."""

from collections.abc import Iterable
from math import prod

import msgspec

from nltrade import registry
from nltrade.errors import NltradeError, UnknownName
from nltrade.sources import checks, store
from nltrade.sources.cbs_v3 import Feed
from nltrade.sources.plan import ask
from nltrade.sources.transport import Patience


class Fit(msgspec.Struct, frozen=True, kw_only=True):
    """
    How one table of CBS compares with the registered one.

    `faults` keep a download from counting; `notes` do not. Of a service that did not answer,
    `answered` is false and the fault says why: nothing is known of the table then. `here` is the
    date of the snapshot in use, `modified` that of CBS, `records` the rows that the catalogue tells
    of.
    """

    table: str
    title: str = ""
    modified: str = ""
    here: str = ""
    records: int | None = None
    answered: bool = True
    faults: list[str] = []
    notes: list[str] = []

    @property
    def says(self) -> str:
        """The comparison in a few lines, for people and to send to whoever keeps the package."""
        if not self.answered:
            return f"{self.table}: not compared\n  {' '.join(self.faults)}"

        head = f"{self.table}: {'fits' if not self.faults else 'does not fit'}"
        lines = [*(f"  fault: {fault}" for fault in self.faults), *(f"  {n}" for n in self.notes)]
        return "\n".join([head, *lines])


def fitting(tables: Iterable[str] = (), *, timeout: float = 60.0, tries: int = 3) -> list[Fit]:
    """
    Ask CBS for dimensions, measures, keys, units, counts and dates, and compare.

    Parameters
    ----------
    tables : iterable of str
        Identifiers; all registered tables of CBS by default.
    timeout : float
        Seconds that one answer may take.
    tries : int
        How often one answer is asked for.

    Returns
    -------
    list of Fit
        One for each table, also where CBS does not answer: that is a fault then.

    Raises
    ------
    UnknownName
        A table is not registered, or not CBS's.
    """
    asked = [registry.table(id) for id in tables] or list(registry.tables().values())
    for table in asked:
        if table.source != "CBS":
            raise UnknownName(
                f"{table.id} is a table of {table.source}, and it is CBS that is asked. "
                "Name tables of CBS: `nltrade tables` lists them."
            )
    with Feed(patience=Patience(timeout, tries)) as feed:
        return [_fit(feed, table.id) for table in asked]


def _fit(feed: Feed, id: str) -> Fit:
    """Compare one table; a service that does not answer is a fault of that table."""
    table = registry.table(id)
    here = next((part.origin.modified for part in store.at_hand(id)), "")
    try:
        described = feed.describe(table)
    except NltradeError as error:
        return Fit(table=id, here=here, answered=False, faults=[str(error)])

    modified, notes = described.modified[:10], [f"modified {described.modified[:10]}"]
    if not here:
        notes.append("nothing of it is here")
    elif modified > here:
        notes.append(f"newer than here ({here}): nltrade fetch {id}")

    renamed = {ours: own for ours, own in described.names.items() if ours != own}
    if renamed:
        pairs = ", ".join(f"{ours} is {own}" for ours, own in renamed.items())
        notes.append(f"other names of columns, which are understood: {pairs}")

    every = prod(len(keys) for keys in described.keys.values())
    if described.records is None:
        notes.append("the catalogue does not tell how many rows it has")
    elif described.records != every:
        notes.append(f"{described.records:,} rows by the catalogue, {every:,} by its keys")

    return Fit(
        table=id,
        title=described.title,
        modified=modified,
        here=here,
        records=described.records,
        faults=checks.table_faults(ask(id), described),
        notes=notes,
    )
