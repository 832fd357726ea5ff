"""The command line: the answer first, details on request; errors are sentences."""

import gc
import os
import re
import signal
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

import typer

from nltrade.cli import answers, data, documents, listings
from nltrade.cli.output import speak
from nltrade.errors import NltradeError
from nltrade.version import __version__

__all__ = ["app", "main"]

OURS = 4  # the exit code of an error of ours, which no other outcome has
WRONG_USAGE: Any = typer.BadParameter.__bases__[0]  # all that typer says of options is one

GREETING = """\
nltrade: reported figures on Dutch trade, next to what Statistics Netherlands
(CBS) publishes. For example:

  nltrade check                         do the figures of the mission hold?
  nltrade rank --partner Vietnam        where does a country stand?
  nltrade sectors --partner CN          what is traded, by sector
  nltrade briefing --partner DE --open  a briefing: page, Word, slides, PDF
  nltrade new --partner VN --year 2019  a folder for a mission of your own

nltrade --help lists every command; each has --help with an example."""

# What the library says of its functions, in the words of the command line.
SPOKEN = [
    (r"\bnltrade\.(partners|products|tables|claims|sectors)\(\)", r"`nltrade \1`"),
    (r"\bnltrade\.(load|select|fetch)\(\)", r"`nltrade tables`"),
    (r"(`nltrade tables`), or \1, says", r"\1 says"),
    (r"\b(table|by|source)='(\w+)'", r"--\1 \2"),
    (r"\b(period|year)=(\d{4})", r"--year \2"),
    (r"\bNo rows with (period )?", r"There are no figures of "),
]

app = typer.Typer(
    help="Reported figures on Dutch trade, next to what CBS publishes.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for room in (answers, documents, listings, data):
    app.registered_commands += room.app.registered_commands


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"nltrade {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def greet(
    context: typer.Context,
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Say which version this is."
    ),
) -> None:
    """Reported figures on Dutch trade, next to what CBS publishes."""
    del version
    if context.invoked_subcommand is None:
        typer.echo(GREETING)


def main() -> None:
    """Run the command line and leave with its exit code."""
    # What is imported stays: not looking through it again saves a tenth of the time.
    gc.freeze()
    speak()

    # While a command works, an interrupt lets it tidy up; before and after it just ends.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    code = _run()
    signal.signal(signal.SIGINT, before)
    gc.unfreeze()
    if code:
        sys.exit(code)


def _run() -> int:
    """Run a command; whatever goes wrong is a sentence on standard error and an exit code."""
    try:
        code = app(prog_name="nltrade", standalone_mode=False) or 0
        sys.stdout.flush()
        return int(code)
    except WRONG_USAGE as error:  # its message names the option, behind words of the parser's own
        error.message = error.message.replace("Value error, ", "")
        error.show()
        return int(error.exit_code)
    except NltradeError as error:
        return _sorry(_spoken(str(error)), error.exit_code)
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        _drop_output()
        return 0
    except OSError as error:
        _drop_output()
        where, why = error.filename or "the output", error.strerror or str(error)
        return _sorry(f"cannot write or read {where}: {why}. Choose another place.", 3)
    except SystemExit as error:
        # typer leaves with 1 where a reader has seen enough; 1 says that a claim is contradicted.
        broken = isinstance(error.__context__, BrokenPipeError)
        return 0 if broken else int(error.code or 0)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except Exception as error:
        if os.environ.get("NLTRADE_DEBUG"):
            traceback.print_exc()
        return _sorry(_ours(error), OURS)


def _sorry(sentence: str, code: int) -> int:
    typer.echo(f"nltrade: {sentence}", file=sys.stderr)
    return code


def _spoken(sentence: str) -> str:
    """Say in options and commands what the library says in arguments and functions."""
    for pattern, words in SPOKEN:
        sentence = re.sub(pattern, words, sentence)
    return sentence


def _ours(error: Exception) -> str:
    """Say that an error is ours, where it arose, and what to do."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(last.filename).name}, line {last.lineno}"
    what = f"{type(error).__name__}: {error}".splitlines()[0]
    return (
        f"this is an error of nltrade {__version__} itself, not of yours ({what}; {where}). Please "
        "report it to its maintainers, with the command you gave; NLTRADE_DEBUG=1 in front of the "
        "command prints more to send along."
    )


def _drop_output() -> None:
    """Let nothing more be written to an output that takes nothing: not at the end either."""
    with suppress(OSError, ValueError):  # of one that is no file of the system nothing is left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
