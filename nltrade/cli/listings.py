"""Commands that list what there is: tables, partners, products."""

from typing import Annotated, Any

import msgspec
import pandas as pd
import typer

import nltrade
from nltrade import registry
from nltrade.cli import options, output
from nltrade.errors import NoData, SourceError, close_to
from nltrade.sources import store
from nltrade.tables import show
from nltrade.tables.catalogues import tables_report
from nltrade.words import Words

app = typer.Typer()

WordArgument = Annotated[str | None, typer.Argument(help="Part of a name or a code.")]


@app.command(epilog="Example: nltrade tables --search dienstverlening")
def tables(
    names: Annotated[list[str] | None, typer.Argument(help="CBS tables; all by default.")] = None,
    search: Annotated[
        str | None, typer.Option(help="A word to look for in the titles of all CBS tables.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Ask CBS whether they still are as nltrade knows them.")
    ] = False,
    downloads: Annotated[bool, typer.Option("--downloads", help="What was downloaded.")] = False,
    remove: Annotated[
        str | None, typer.Option(help="Remove downloads: TABLE, or TABLE/2023-01-04.")
    ] = None,
    tables: options.TablesOption = None,
    lang: options.LangOption = "en",
    json: options.JsonOption = False,
) -> None:
    """
    List the CBS tables that nltrade knows, and what is here.

    With --search all tables of CBS are looked through, which needs a network.
    """
    options.only_one(
        {"--search": search, "--check": check, "--downloads": downloads, "--remove": remove}
    )
    if tables is not None:
        registry.use_tables(tables)
    asked = [registry.table(id).id for id in names or registry.tables()]
    if search is not None:
        _search(search, Words(lang), json=json)
    elif check:
        _check(asked, json=json)
    elif downloads:
        _downloads(Words(lang), json=json)
    elif remove is not None:
        table, *dates = remove.split("/", 1)
        for path in store.remove(table, *dates):
            typer.echo(f"{Words(lang).label('removed')} {path}")
    else:
        _list_tables(asked, output.Output(lang, json))


def _list_tables(ids: list[str], to: output.Output) -> None:
    """List tables with the snapshots of each that are here."""
    here = {id: store.at_hand(id) for id in ids}

    def plain() -> Any:
        return [
            msgspec.to_builtins(registry.table(id)) | {"snapshots": [part.origin for part in parts]}
            for id, parts in here.items()
        ]

    output.emit(lambda: tables_report(here, to.lang), plain, to)


def _check(ids: list[str], *, json: bool) -> None:
    """Hold the registered tables against those that CBS serves."""
    nltrade.fetch  # noqa: B018 (says what to install where what reaches CBS is not)
    from nltrade.sources.fitting import fitting

    with output.patience("Asking CBS"):
        found = fitting(ids)
    output.print_lines([fit.says for fit in found], found, json=json)
    if any(fit.faults for fit in found):
        raise typer.Exit(SourceError.exit_code)


def _downloads(say: Words, *, json: bool) -> None:
    """List what lies in the folder for downloads, and how much room it takes."""
    lines, plain = [], []
    for part in store.downloads():
        size = sum(path.stat().st_size for path in part.folder.iterdir())
        origin = part.origin
        megabytes = f"{say.number(size / 1e6, 1)} MB"
        lines.append(f"{origin.table}/{part.folder.name}  {megabytes}  {origin.told(say.lang)}")
        about = msgspec.to_builtins(origin)
        plain.append({"folder": str(part.folder), **about, "bytes": size})

    nothing = say.text("no-downloads", folder=store.own_folder())
    output.print_lines(lines or [nothing], plain, json=json)


def _search(word: str, say: Words, *, json: bool) -> None:
    """Look for a word in the titles of all tables of CBS."""
    nltrade.fetch  # noqa: B018 (says what to install where what reaches CBS is not)
    from nltrade.sources.cbs_v3 import find_tables

    with output.patience("Asking CBS"):
        found = find_tables(word)
    lines = [
        f"{row['Identifier']}  {row['Title'].strip()} ({row['Period']}), "
        f"{say.label('modified')} {row['Modified'][:10]}"
        for row in found
    ]
    output.print_lines(lines, found, json=json)


@app.command(epilog="Example: nltrade partners emirates")
def partners(
    word: WordArgument = None,
    lang: options.LangOption = "en",
    json: options.JsonOption = False,
    csv: options.CsvOption = None,
    xlsx: options.XlsxOption = None,
) -> None:
    """
    List the partners, groups and residuals with their codes.
    """
    _list(nltrade.partners(), word, "partners", output.Output(lang, json, csv, xlsx))


@app.command(epilog="Example: nltrade products fuels")
def products(
    word: WordArgument = None,
    lang: options.LangOption = "en",
    json: options.JsonOption = False,
    csv: options.CsvOption = None,
    xlsx: options.XlsxOption = None,
) -> None:
    """
    List the products: SITC codes and classes of services.
    """
    _list(nltrade.products(), word, "products", output.Output(lang, json, csv, xlsx))


def _list(listed: pd.DataFrame, word: str | None, what: str, to: output.Output) -> None:
    """Give those of a listing with a word in their code or in a name."""
    if word is not None:
        texts = [listed.index.to_series(), listed["en"], listed["nl"]]
        has_word = [text.str.contains(word, case=False, regex=False) for text in texts]
        found = listed[pd.concat(has_word, axis=1).any(axis=1)]
        if found.empty:
            near = close_to(word, [*listed["en"], *listed["nl"]])
            raise NoData(
                f"No {what} with {word!r} in name or code.{near} `nltrade {what}` lists all."
            )
        listed = found
    output.emit(lambda: show(listed, to.lang), lambda: output.rows_of(listed.reset_index()), to)
