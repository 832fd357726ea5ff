"""How a command speaks: to a terminal, to a file or a pipe, and as JSON to another program."""

import codecs
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

import msgspec
import pandas as pd
import typer
from rich.console import Console
from rich.text import Text

from nltrade.claims import Verdict
from nltrade.claims.elsewhere import Checked
from nltrade.errors import UnknownName
from nltrade.registry.entries import Lang
from nltrade.report import Report
from nltrade.sources.snapshot import Origin

WIDTH = 120  # of a file or a pipe, where COLUMNS does not say
PLAIN_TEXT: dict[str, Any] = {"highlight": False, "markup": False, "emoji": False}
PATIENCE = 2.0  # seconds without a word
# What stands for the characters that an output, such as an old Windows console, does not have.
IN_ASCII = str.maketrans(
    {"−": "-", "–": "-", "€": "EUR ", "“": '"', "”": '"', "’": "'", "…": "..."}
)


@dataclass(frozen=True)
class Output:
    """Where an answer goes: as JSON, into files, or else to the terminal."""

    lang: Lang
    json: bool = False
    csv: Path | None = None
    xlsx: Path | None = None

    def __post_init__(self) -> None:
        """Refuse a file of another kind before the work is done."""
        for path, ending in ((self.csv, ".csv"), (self.xlsx, ".xlsx")):
            if path is not None and path.suffix.lower() != ending:
                raise UnknownName(f"{path} does not end in {ending}. Give a name that does.")

    @property
    def to_read(self) -> bool:
        """Whether the answer goes to somebody who reads it."""
        return not (self.json or self.csv or self.xlsx)


def speak() -> None:
    """Make the output take every character and, where it is closed, take it all in silence."""
    sys.argv = [os.fsencode(word).decode("utf-8", "replace") for word in sys.argv]
    codecs.register_error("nltrade", _plain)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            closed = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 (until the end)
            setattr(sys, name, closed)
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="nltrade")


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Write what an encoding does not have in characters that each has."""
    assert isinstance(error, UnicodeEncodeError)
    lacking = error.object[error.start : error.end]
    known = lacking.translate(IN_ASCII).replace("\N{NO-BREAK SPACE}", " ").replace("EUR  ", "EUR ")
    if error.object[error.end : error.end + 1] == " ":
        known = known.removesuffix(" ")
    return known.encode("ascii", "replace").decode("ascii"), error.end


def emit(report: Callable[[], Report], plain: Callable[[], Any], to: Output) -> None:
    """Give an answer where it is wanted: as JSON, in files whose place is told, or in print."""
    if to.json:
        print_json(plain())
        if not (to.csv or to.xlsx):
            return

    found = report()
    if to.csv:
        print_path(found.to_csv(to.csv), err=to.json)
    if to.xlsx:
        print_path(found.to_excel(to.xlsx), err=to.json)
    if to.to_read:
        print_text(found)


def print_text(what: Report | Text | str) -> None:
    """Print for somebody who reads: in colour where the terminal has it, else without padding."""
    console = Console(**PLAIN_TEXT)
    if console.is_terminal:
        console.print(what)
        return

    if "COLUMNS" not in os.environ:
        console.width = WIDTH
    with console.capture() as told:
        console.print(what)
    # Told which stream, typer leaves its encoding alone.
    typer.echo("\n".join(line.rstrip() for line in told.get().splitlines()), file=sys.stdout)


def print_json(value: Any) -> None:
    """Print a value as JSON, indented."""
    typer.echo(msgspec.json.format(msgspec.json.encode(value)).decode())


def print_lines(lines: Iterable[str], plain: Any, *, json: bool) -> None:
    """Print lines or, for another program, what they tell as JSON."""
    if json:
        print_json(plain)
        return
    for line in lines:
        typer.echo(line)


def print_path(path: Path, *, err: bool = False) -> None:
    """Print where a file or folder lies, in full; a terminal that can makes it one to click."""
    whole = path.resolve()
    console = Console(stderr=err, soft_wrap=True, **PLAIN_TEXT)
    console.print(Text(str(whole), style=f"link {whole.as_uri()}"))


def print_note(text: str) -> None:
    """Print what is no answer: what was meant, or what more can be asked; or nothing."""
    if text:
        print_text(Text(text, style="dim"))


@contextmanager
def patience(what: str) -> Iterator[None]:
    """Say in a terminal, on standard error, what takes longer than two seconds."""
    if not sys.stderr.isatty():
        yield
        return

    done, began = Event(), time.monotonic()

    def tell() -> None:
        wait = PATIENCE
        while not done.wait(wait):
            wait = 0.5
            seconds = time.monotonic() - began
            sys.stderr.write(f"\r{what}… {seconds:.0f} s")
            sys.stderr.flush()

    teller = Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()
        if time.monotonic() - began > PATIENCE:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Give the rows of a frame as plain data, None for what is missing."""
    rows: list[dict[str, Any]] = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return rows


def sources_as_json(origins: list[Origin]) -> list[dict[str, str]]:
    """Give the sources of figures as plain data: table, date of modification and hash."""
    return [{"table": o.table, "modified": o.modified, "sha256": o.sha256} for o in origins]


def verdict_as_json(verdict: Verdict, lang: Lang) -> dict[str, Any]:
    """Give a verdict as plain data: every reading with the cells it used, and their sources."""
    readings = [msgspec.to_builtins(reading) for reading in verdict.readings]
    for reading in readings:
        del reading["reasons"]  # these are sentences, which `why` gives

    return {
        "claim": msgspec.to_builtins(verdict.claim),
        "verdict": verdict.verdict,
        "cbs_says": verdict.says(lang),
        "margin": verdict.margin(lang),
        "why": verdict.why(lang),
        "readings": readings,
        "sources": sources_as_json(verdict.sources),
    }


def checked_as_json(checked: Checked) -> dict[str, Any]:
    """Give what CBS says of a published figure as plain data."""
    return {
        "figure": checked.figure,
        "verdict": checked.verdict,
        "value_meur": checked.value_meur,
        "table": checked.table,
    }
