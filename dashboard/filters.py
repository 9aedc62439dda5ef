"""The shared filters: in the side bar, in the URL, the same on every page. They never hold anything about a patient."""

from __future__ import annotations

from datetime import date, timedelta

import streamlit as st

from dashboard import data, words
from dashboard.question import Scope

PRESETS = {
    "12m": "Last 12 months",
    "6m": "Last 6 months",
    "3m": "Last 3 months",
    "month": "Last full month",
    "ytd": "Year to date",
    "all": "All data",
    "custom": "Custom dates",
}
DEFAULT = "12m"


def sidebar(used: bool) -> None:
    """Draw the filters, also on a page that does not use them: they would be forgotten there.

    Their keys are the names in the URL.
    """
    options = data.choices()
    with st.sidebar:
        if not used:
            st.caption("These filters do not apply to this page.")
        st.selectbox(
            "Period",
            list(PRESETS),
            format_func=PRESETS.__getitem__,
            key="period",
            bind="query-params",
            help="Counted back from the last day that the data covers. Denials and money count by the payer's payment "
            "day, rejections and lags by the day of sending or entry, balances stand on the period's last day.",
        )
        if st.session_state.get("period") == "custom":
            start, end = period(DEFAULT, options.first_day, options.last_day)
            first, last = data.days()
            left, right = st.columns(2)
            left.date_input("From", start, first, last, key="from", format="YYYY-MM-DD", bind="query-params")
            right.date_input("To", end, first, last, key="to", format="YYYY-MM-DD", bind="query-params")
        st.date_input(
            "As known on",
            None,
            *data.days(),
            key="known",
            format="YYYY-MM-DD",
            bind="query-params",
            help="Look back: every figure as it stood at the end of this day, as if nothing had come since; payers' "
            "names and people's teams are today's. Empty: all that is known.",
        )
        _choice("Payer", "payer", options.payers, "All payers")
        _choice("Site", "site", options.sites, "All sites")
        _choice("Team", "team", options.teams, "All teams" if options.teams else "Needs staff.csv")


def scope() -> Scope:
    """What the filters say now. A value that the warehouse does not have is left out."""
    options, state = data.choices(), st.session_state
    preset = state.get("period") or DEFAULT
    known = state.get("known")
    known_by = known if known and options.last_day and known < options.last_day else None
    start, end = period(preset, options.first_day, known_by or options.last_day)
    if preset == "custom":
        start, end = state.get("from") or start, min(state.get("to") or end, end)
    return Scope(
        start=min(start, end),
        end=end,
        payers=_known(state.get("payer"), options.payers),
        sites=_known(state.get("site"), options.sites),
        teams=_known(state.get("team"), options.teams),
        known_by=known_by,
    )


def period(preset: str, first_day: date | None, last_day: date | None) -> tuple[date, date]:
    """First and last day of a preset. Months are whole calendar months; the last one is as full as the data is."""
    end = last_day or date.today()
    first = first_day or end
    this_month = end.replace(day=1)
    if preset == "month":
        # a month whose last day is known is full
        full_end = end if (end + timedelta(1)).day == 1 else this_month - timedelta(1)
        return full_end.replace(day=1), full_end
    if preset == "ytd":
        return end.replace(month=1, day=1), end
    if preset == "all":
        return first, end
    return _months_back(this_month, {"6m": 5, "3m": 2}.get(preset, 11)), end


def empty(what: str, day: date | None = None) -> None:
    """Say that there is nothing to show in the period, or on a day, and which filters to loosen."""
    now = scope()
    chosen = [f"{name} = {', '.join(map(words.plain, values))}" for name, values in now.chosen().items()]
    when = f"on {words.day(day)}" if day else f"between {words.day(now.start)} and {words.day(now.end)}"
    hint = f" Filters: {'; '.join(chosen)}." if chosen else ""
    longer = "another day" if day else "a longer period"
    st.info(
        f"No {what} {when}.{hint} Try {longer}{' or fewer filters' if chosen else ''}.",
        icon=":material/filter_alt_off:",
    )


def _choice(label: str, key: str, options: tuple[str, ...], placeholder: str) -> None:
    st.multiselect(
        label,
        options,
        key=key,
        format_func=words.plain,
        placeholder=placeholder,
        disabled=not options,
        bind="query-params",
        wrap=True,
    )


def _known(values: list[str] | None, options: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(value for value in values or () if value in options)


def _months_back(first_of_month: date, months: int) -> date:
    index = first_of_month.year * 12 + first_of_month.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)
