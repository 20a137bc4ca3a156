"""What a comparison finds, in a sentence: who keeps the promise, and at which price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from faasconf.result import Result

HOURS_PER_MONTH = 730


@dataclass(frozen=True)
class CaseFinding:
    """A case at a glance."""

    name: str
    verdict: str  # "kept", "broken", "undecided", "unjudged", or "" where nothing is promised
    kept_share: float | None  # of the periods
    usd_per_month: float | None  # None where the workflow has no prices in USD
    price: float | None  # the paper's

    def price_text(self) -> str:
        if self.usd_per_month is not None:
            return f"{self.usd_per_month:,.0f} USD per month"
        return "" if self.price is None else f"a price of {self.price:.3g}"

    def sentence(self) -> str:
        """As a label: "kept, 98.6 % of the periods, 3,120 USD per month"."""
        share = None if self.kept_share is None else f"{percent(self.kept_share)} of periods kept"
        return ", ".join(part for part in (self.verdict, share, self.price_text()) if part)


def cases_of(result: Result, names: Sequence[str] | None = None) -> list[CaseFinding]:
    """Every case, in the order of the result, or those that are named."""
    chosen = [result.case_index(name) for name in (result.case_names if names is None else names)]
    verdicts = [word_of(sentence) for sentence in result.verdicts] or [""] * len(result.case_names)
    return [CaseFinding(name=result.case_names[case], verdict=verdicts[case],
                        kept_share=summary_mean(result, case, "periods_kept"),
                        usd_per_month=usd_per_month(result, case), price=summary_mean(result, case, "price"))
            for case in chosen]


def finding(cases: Sequence[CaseFinding]) -> str:
    """The sentence above a figure.

    Examples
    --------
    >>> lean = CaseFinding("lean", "broken", 0.4, 1000.0, None)
    >>> table = CaseFinding("table", "kept", 0.99, 3000.0, None)
    >>> ample = CaseFinding("ample", "kept", 1.0, 5000.0, None)
    >>> finding([lean, table, ample])
    'table keeps the promise at the lowest price: 3,000 USD per month, 40 % below ample'
    >>> finding([lean, table])
    'Only table keeps the promise, at 3,000 USD per month'
    >>> finding([lean])
    'lean breaks the promise: 40 % of the periods keep it, at 1,000 USD per month'
    """
    kept = sorted((case for case in cases if case.verdict == "kept"), key=price_of)
    if len(cases) == 1:
        return alone(cases[0])
    if not kept:
        return closest(cases)
    first = kept[0]
    if len(kept) == 1:
        return f"Only {first.name} keeps the promise, at {first.price_text()}"
    saved = 1 - price_of(first) / price_of(kept[1]) if price_of(kept[1]) > 0 else 0.0
    below = f", {percent(saved)} below {kept[1].name}" if saved >= 0.005 else ""
    return f"{first.name} keeps the promise at the lowest price: {first.price_text()}{below}"


def alone(case: CaseFinding) -> str:
    if case.verdict not in ("kept", "broken"):
        return f"{case.name}: {case.price_text()}"
    share = "" if case.kept_share is None else f": {percent(case.kept_share)} of the periods keep it"
    verb = "keeps" if case.verdict == "kept" else "breaks"
    return f"{case.name} {verb} the promise{share}, at {case.price_text()}"


def closest(cases: Sequence[CaseFinding]) -> str:
    """Where no case is shown to keep the promise."""
    judged = [case for case in cases if case.verdict in ("broken", "undecided") and case.kept_share is not None]
    if not judged:
        return "No promise is judged"
    best = max(judged, key=lambda case: case.kept_share)
    return (f"No case is shown to keep the promise; {best.name} comes closest: {percent(best.kept_share)} of the "
            f"periods, at {best.price_text()}")


def price_of(case: CaseFinding) -> float:
    price = case.usd_per_month if case.usd_per_month is not None else case.price
    return np.inf if price is None else price


def percent(share: float) -> str:
    """Nothing but all of it is 100 %."""
    tenths = 1000.0 if share >= 1 else min(round(1000 * share), 999)
    return f"{tenths / 10:g} %"


def word_of(sentence: str) -> str:
    """The verdict of a sentence such as "promise kept: 5,012 of 5,100 windows kept it"."""
    words = sentence.split(":")[0].split()
    return words[1] if len(words) == 2 and words[0] == "promise" else ""


def usd_per_month(result: Result, case: int) -> float | None:
    cost = summary_mean(result, case, "cost_window_usd")
    hours = (float(result.attributes["duration_s"]) - float(result.warm_up_s[case])) / 3600
    return cost * HOURS_PER_MONTH / hours if cost and hours > 0 else None


def summary_mean(result: Result, case: int, metric: str) -> float | None:
    """End-to-end mean of a metric in the summary; None where it has none."""
    rows = result.summary.where(case=case, function=-1, metric=metric)
    return float(rows["mean"][0]) if rows.row_count and np.isfinite(rows["mean"][0]) else None
