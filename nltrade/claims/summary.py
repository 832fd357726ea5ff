"""One line over a list of verdicts: how many published figures hold, and which do not."""

from collections.abc import Iterable
from fractions import Fraction

from nltrade import registry
from nltrade.claims.operators import Asserted
from nltrade.claims.reading import Reading
from nltrade.claims.verdict import Verdict
from nltrade.registry.entries import Claim, Lang
from nltrade.rounding import exact
from nltrade.words import Words

NAMED = 2  # figures that do not hold are told one by one up to this count


def summary(verdicts: Iterable[Verdict], lang: Lang = "en") -> str:
    """
    Say in one sentence how a list of published figures holds.

    Parameters
    ----------
    verdicts : iterable of Verdict
        What `nltrade.check_claims` gives.
    lang : {"en", "nl"}
        Language.

    Returns
    -------
    str
        A sentence, true of any mix of verdicts; of an empty list, that there is nothing to check.

    Examples
    --------
    >>> import nltrade as nl
    >>> summary(nl.check_claims()[:7])
    'All seven published figures hold.'
    """
    say = Words(lang)
    listed = list(verdicts)
    if not listed:
        return say.label("summary-empty")

    wrong = [verdict for verdict in listed if verdict.verdict == "contradicted"]
    told = [verdict.verdict for verdict in listed]
    counts = {id: told.count(id) for id in ("contradicted", "depends", "cannot be checked")}
    parts = [_opening(len(listed) - sum(counts.values()), counts, say)]

    if len(wrong) <= NAMED:
        several = len({(v.claim.partner, v.claim.year) for v in listed}) > 1
        parts += [_wrong(verdict, several, say) for verdict in wrong]
        counts["contradicted"] = 0

    if len(listed) not in counts.values():  # else the opening has said it
        parts += [_rest(id, count, say) for id, count in counts.items() if count]

    line = "; ".join(parts)
    start = line[0].upper().replace("É", "E")  # the Dutch one has no accent on its capital
    return start + line[1:] + "."


def _opening(held: int, others: dict[str, int], say: Words) -> str:
    """Say how many of the figures hold."""
    of = held + sum(others.values())
    if of == 1:
        (id,) = [id for id, count in others.items() if count] or ["supported"]
        return say.label(f"summary-one-{id}")

    if held == of:
        return say.text("summary-both" if of == 2 else "summary-all", of=of)
    if held:
        return say.text("summary-one" if held == 1 else "summary-some", held=held, of=of)

    only = next((id for id, count in others.items() if count == of), "mixed")
    return say.text(f"summary-none-{only}", of=of)


def _rest(id: str, count: int, say: Words) -> str:
    """Say of how many figures something else is to be said."""
    return say.text(f"summary-{'a' if count == 1 else 'more'}-{id}", count=count)


def _wrong(verdict: Verdict, several: bool, say: Words) -> str:
    """Say what CBS publishes in place of a figure that does not hold."""
    claim, main = verdict.claim, verdict.main
    if main is None or main.value is None:
        return say.text("summary-a-contradicted", count=1)

    what = say.label(claim.flow)
    if several:
        what = say.text("summary-of", what=what, partner=claim.partner, year=claim.year)

    if claim.measure == "place":
        wrong = _wrong_place(claim, main, several, say)
    else:
        wrong = _wrong_number(claim, exact(main.value), what, say)
    short = f"{claim.note}-short"
    if short in registry.texts():
        return say.text("summary-because", wrong=wrong, why=say.label(short))
    return wrong


def _wrong_number(claim: Claim, value: Fraction, what: str, say: Words) -> str:
    """Say a value, a share or a growth rate beside the one that was claimed."""
    asserted = Asserted.of(claim)
    how, id = {
        "value": ("meur", f"summary-{'balance' if claim.flow == 'balance' else 'value'}"),
        "share": ("pct", f"summary-share of {claim.of}"),
        "growth": ("pct", "summary-fell" if value < 0 else "summary-grew"),
    }[claim.measure]

    if claim.measure == "growth" and (value < 0) != (asserted.threshold < 0):
        how, id = "change", "summary-changed"  # a rise was claimed to be a fall, or the reverse
    elif claim.measure == "growth" and value < 0:
        value, asserted = -value, asserted.mirrored()
    elif how == "meur" and min(abs(value), abs(asserted.threshold)) >= 1000:
        how = "bn"

    values = {"what": what, "value": asserted.written(how, value)}
    values |= {"product": claim.product, "partner": claim.partner}
    claimed = say.text(f"summary-{asserted.operator}", threshold=asserted.claimed(how))
    return say.text(id, claimed=claimed, **values)


def _wrong_place(claim: Claim, main: Reading, several: bool, say: Words) -> str:
    """Say a place beside the one that was claimed, or who is ahead where only the order differs."""
    place = int(main.value or 0)
    values = {"partner": claim.partner, "year": claim.year, "place": place}
    values |= {"threshold": int(claim.threshold)}
    among = "in the top" if claim.operator == "in the top" else "is"
    id = "order" if place == claim.threshold else among
    said = say.text(f"summary-place-{id}", **values)
    return say.text("summary-year", said=said, year=claim.year) if several else said
