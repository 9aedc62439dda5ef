"""What the pages of coders and billers share: denials against the case mix, audits, lags, and what contests moved."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from dashboard import charts, charts_people, columns, data, drill, filters, reproduce, tiles, words
from dashboard.panel import Draw, panel
from dashboard.question import Question, Scope
from etl.measures.fairness import (
    ALONE,
    HIGHER,
    LEAST_CLAIMS,
    LEAST_EXPECTED,
    LOWER,
    TOO_FEW,
    with_ratio_interval,
)
from etl.measures.interval import SMALL_SAMPLE, with_interval
from etl.measures.scorecard import scorecard, training_needs
from etl.measures.standardised import Role

GROUPS = {"employment": "In-house or outsourced", "credential": "Credential", "tenure": "Time with us", "team": "Team"}
_HEADS = {
    "person": "Person", "claims": "Claims", "observed": "Own denials", "observed_before_contest": "Before contests",
    "expected": "Expected", "ratio": "Observed / expected", "low": "From", "high": "To", "shrunken": "Shrunken",
    "rate": "Raw rate", "verdict": "In words",
}  # fmt: skip


def against_case_mix(role: Role, scope: Scope) -> None:
    """Funnel, intervals, what they say in words, and the table; then the groups on equal case mix."""
    ratio = Question(f"{role}_denial_ratio", scope)
    tiles.heading("Denials against what the case mix lets expect", ratio.measure)
    card = data.scorecard(role, scope)
    if card.is_empty():
        if missing := tiles.missing_file(ratio.measure):
            st.info(f"Load {missing} to fill this.", icon=":material/upload_file:")
        else:
            filters.empty("claims")
        return
    st.markdown(_in_words(card, role))
    judged = card.filter(pl.col("ratio").is_not_null())
    if judged.is_empty():
        st.info("There is nobody else's work to compare with.", icon=":material/group_off:")
    else:
        left, right = st.columns(2)
        with left:
            _drawn("Funnel plot", card, charts_people.funnel, role, scope)
        with right:
            _drawn("Observed to expected with 95 % intervals", card, charts_people.caterpillar, role, scope)
    _table(card, role, scope)
    on_equal_mix(ratio, card["over_dispersion"][0])


def on_equal_mix(ratio: Question, phi: float) -> None:
    """Groups of people, each against the case mix of its own claims, who vary `phi` times as much as chance."""
    dim = st.segmented_control(
        "Compare groups on equal case mix", list(GROUPS), default="employment", required=True,
        format_func=GROUPS.__getitem__, key="group", bind="query-params",
    )  # fmt: skip
    panel(
        f"On equal case mix: {GROUPS[dim].lower()}", ratio.by(dim),
        lambda frame: charts.intervals(with_ratio_interval(frame, phi), dim, 1.0, is_rate=False), f"mix_{dim}",
    )  # fmt: skip


def whose_audits() -> str:
    """The dimension by which audits are shown: each coder, or groups of them."""
    dims = {"coder_id": "Coder", **GROUPS}
    chosen: str = st.segmented_control(
        "Audits by", list(dims), default="coder_id", required=True, format_func=dims.__getitem__, key="audits",
        bind="query-params",
    )  # fmt: skip
    return chosen


def rates(title: str, question: Question, dim: str) -> None:
    """A rate by person or group with its interval; the most work stands on top."""
    average = data.total(question)["value"]
    draw: Draw = partial(_intervals, dim=dim, average=average)
    panel(title, question.by(dim), draw, f"{question.name}_{dim}")


def values(title: str, question: Question, dim: str, unit: str) -> None:
    """Days or claims a day by person, in the order of their ids."""
    panel(title, question.by(dim), lambda frame: charts_people.plain_values(frame, dim, unit), question.name)


def training(scope: Scope) -> None:
    """What each coder misses most, with the numbers it rests on and the team's rate."""
    needs = data.training_needs(scope)
    with st.container(border=True):
        tiles.heading("Training needs: what each coder misses most in audits")
        reproduce.offer_call(training_needs, **_asked(Question("coding_accuracy", scope)))
        if needs.is_empty():
            st.caption("No audit in this period found a code that a coder missed.")
            return
        shown = needs.select(
            Coder="coder_id",
            Team="team",
            Kind=pl.col("audit_field").map_elements(words.plain, pl.String),
            Family=pl.col("code_family").map_elements(words.plain, pl.String),
            Missed="missed",
            Audited="audited",
            Rate="missed_rate",
            Team_rate="team_missed_rate",
            Note=pl.when("is_small").then(pl.lit("too few codes audited to tell")).otherwise(pl.lit("")),
        ).rename({"Team_rate": "Team's rate"})
        on_screen, config = columns.percents(shown, ("Rate", "Team's rate"))
        st.dataframe(_greyed(on_screen, needs["is_small"]), hide_index=True, column_config=config, alt="Training needs")
        drill.downloads(shown, "Training needs")


def whose(scope: Scope) -> None:
    """Denied amounts by the role that they fall to, before and after contests; both add up to the denied amount."""
    denied = Question("attributed_denied_amount", scope)
    left, right = st.columns(2)
    for column, dim, title in (
        (left, "role_before_contest", "Whose denials by their codes"),
        (right, "responsible_role", "Whose denials after contests"),
    ):
        with column:
            panel(title, denied.by(dim), partial(charts.ranked, dim=dim, names={}, most=9), dim)


def _intervals(frame: pl.DataFrame, dim: str, average: float | None) -> go.Figure:
    return charts.intervals(with_interval(frame), dim, average)


def _drawn(title: str, card: pl.DataFrame, draw: Callable[[pl.DataFrame], go.Figure], role: Role, scope: Scope) -> None:
    """A chart of the scorecard, each mark of which opens that person's denials."""
    key = f"{role}_{draw.__name__}"
    chart_key = f"{key}_{st.session_state.get(key, 0)}"
    with st.container(border=True, height="stretch"):
        tiles.heading(title)
        st.plotly_chart(
            draw(card), key=chart_key, on_select=partial(_clicked, key, chart_key, role, scope),
            selection_mode="points", config=charts.CONFIG, alt=f"{title}. The table below it has the figures.",
        )  # fmt: skip


def _clicked(key: str, chart_key: str, role: Role, scope: Scope) -> None:
    points = st.session_state[chart_key].selection.points
    if points and points[0].get("customdata"):
        _open(role, scope, str(points[0]["customdata"][0]))
        st.session_state[key] = st.session_state.get(key, 0) + 1


def _named(role: Role, scope: Scope) -> None:
    person = st.session_state[f"{role}_of"]
    if person:
        _open(role, scope, person)
        st.session_state[f"{role}_of"] = None


def _open(role: Role, scope: Scope, person: str) -> None:
    drill.open_claims(Question(f"{role}_denial_rate", scope).at(**{f"{role}_id": person}))


def _table(card: pl.DataFrame, role: Role, scope: Scope) -> None:
    shown = card.select(list(_HEADS)).rename(_HEADS)
    on_screen, config = columns.percents(shown, ("Raw rate",))
    config |= {
        "Expected": st.column_config.NumberColumn(format="%.1f"),
        **{_HEADS[name]: st.column_config.NumberColumn(format="%.2f") for name in ("ratio", "shrunken")},
        **{
            _HEADS[name]: st.column_config.NumberColumn(
                format="%.2f", help="95 % interval, with the doubt in what is expected; without 1, the words say so"
            )
            for name in ("low", "high")
        },
    }
    st.dataframe(_greyed(on_screen, card["is_small"]), hide_index=True, column_config=config,
                 placeholder=words.NONE, alt="Scorecard by person")  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Open the denials of one person", card["person"].to_list(), index=None, key=f"{role}_of",
            placeholder="Choose, or click a chart", on_change=_named, args=(role, scope),
        )  # fmt: skip
        drill.downloads(shown, f"{role} scorecard")
        reproduce.offer_call(scorecard, role=role, **_asked(Question(f"{role}_denial_ratio", scope)))
    with st.expander("What this can and cannot say", icon=":material/help:"):
        st.markdown(_LIMITS)


def _asked(question: Question) -> dict[str, object]:
    """How data.scorecard and data.training_needs narrow what they ask."""
    scope = question.scope
    return {"filters": question.filters(), "period": (scope.start, scope.end), "as_of": scope.known_by}


def _greyed(frame: pl.DataFrame, small: pl.Series):
    """The table with the rows of small numbers in grey."""
    grey = f"color: {charts.muted()}"
    is_small = small.to_list()
    return frame.to_pandas().style.apply(lambda row: [grey if is_small[row.name] else ""] * len(row), axis=1)


def _in_words(card: pl.DataFrame, role: Role) -> str:
    """Who stands out, who cannot be judged, and how much chance alone would do."""
    by_verdict = {verdict: card.filter(pl.col("verdict") == verdict)["person"].to_list() for verdict in _SAID}
    judged = card.filter(~pl.col("is_small")).height
    said = [f"{_SAID[verdict]}: **{words.listed(people)}**." for verdict, people in by_verdict.items() if people]
    if not by_verdict[HIGHER] and not by_verdict[LOWER] and judged:
        said.insert(0, f"No {role} differs from the case mix by more than chance.")
    if role == "coder" and judged:
        said.append("Few errors become denials: as expected is no proof of good work; the audits below see the codes.")
    if judged:
        said.append(f"Of {judged} judged, chance alone puts about one in twenty outside the 95 % limits.")
    phi = card["over_dispersion"][0]
    if phi > 1:
        said.append(f"All of them vary {phi:.1f} times as much as chance would; limits and intervals are wider for it.")
    return " ".join(said)


_SAID = {
    HIGHER: "More denials than the case mix explains, beyond chance",
    LOWER: "Fewer denials than the case mix explains, beyond chance",
    TOO_FEW: f"Too few to judge (under {LEAST_CLAIMS} claims or {LEAST_EXPECTED:g} expected denials)",
    ALONE: "Do work that too few others do to compare",
}
_LIMITS = f"""
- **Expected** is how many of the person's claims would have been denied in colleagues' hands: the same payer, procedure
  family, claim type and site. The person's own claims are left out of it; where colleagues have few such claims, it
  leans on the wider group.
- **Only own denials count**: the role owns the reason, the payer did not take it back by itself, and no contest gave it
  to somebody else. *Before contests* is what the codes alone say. A claim counts once, however often it is denied.
- **The limits** hold 95 % (and 99.8 %) of people who are just like their colleagues, whatever the amount of work.
  What is expected rests on colleagues' own few denials; the funnel's scale counts it only as far as it is known.
  Outside the 95 % limits, an interval that leaves out 1, and the words are one test and never disagree.
- **Shrunken** is the ratio drawn towards all people's where there is little work: the fairer guess of what comes next;
  it is empty where there is nobody to compare with.
- **It cannot say** why: charts that are harder than payer, procedure and site show still look like poor work, and
  easier ones hide it. Read it with the audits, and talk before acting. It is no ranking: inside the limits, the
  order means nothing.
- Fewer than {SMALL_SAMPLE} claims or codes are drawn hollow and grey.
"""
