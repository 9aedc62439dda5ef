"""One claim's timeline. Who the patient is stands there only when the server was told to reveal it."""

from __future__ import annotations

from typing import Literal

import polars as pl
import streamlit as st

from dashboard import data, words

Colour = Literal["gray", "blue", "orange", "red", "green"]

# kind -> what it says, icon, colour of the badge
_KINDS: dict[str, tuple[str, str, Colour]] = {
    "service": ("Service", "medical_services", "gray"),
    "coded": ("Coded", "code", "gray"),
    "charge_entered": ("Charge entered", "edit_note", "gray"),
    "sent": ("Claim sent", "send", "blue"),
    "sent_again": ("Sent again", "send", "blue"),
    "replaced": ("Corrected claim sent", "published_with_changes", "blue"),
    "voided": ("Claim voided", "cancel", "blue"),
    "acknowledged": ("Acknowledged", "mark_email_read", "gray"),
    "rejected": ("Rejected by 277CA", "report", "orange"),
    "denied": ("Denied", "block", "red"),
    "partly_denied": ("Partly denied", "block", "red"),
    "paid": ("Paid", "payments", "green"),
    "patient_owes": ("Allowed, patient owes all", "person", "gray"),
    "answered": ("Answered, not adjudicated", "reply", "gray"),
    "reversed": ("Payment reversed", "undo", "orange"),
    "overturned": ("Denial overturned", "task_alt", "green"),
    "overturned_unchanged": ("Denial overturned, claim unchanged: payer's error", "task_alt", "green"),
    "copay": ("Copay", "person", "gray"),
    "patient_payment": ("Patient payment", "person", "gray"),
    "refund": ("Refund to patient", "person", "gray"),
    "write_off": ("Write-off", "remove_circle", "gray"),
    "collections": ("Sent to collections", "person", "gray"),
    "audit_agreed": ("Audit agreed", "fact_check", "gray"),
    "audit_changed": ("Audit disagreed", "fact_check", "orange"),
}


def show(root_id: int, linked: bool = False) -> None:
    """The head of a claim, then what happened day by day. `linked` offers its page, whose URL holds only our key."""
    found = data.timeline(root_id)
    if found is None:
        st.info("There is no such claim in this warehouse.", icon=":material/search_off:")
        return
    _head(found.head, found.person)
    if linked and (page := st.session_state.get("claim_page")):
        st.page_link(page, label="Open as a page", icon=":material/open_in_new:", query_params={"id": str(root_id)})
    for event in found.events.iter_rows(named=True):
        _event(event, found.lines)


def _head(head: dict, person: dict | None) -> None:
    if "claim_number" not in head:
        st.markdown("**Claim seen only in remittances**")
        return
    patient = f"patient {words.person(person)} · " if person else ""
    st.markdown(
        f"**Claim {head['claim_number']}** · {words.plain(head['payer_name'])} · {words.plain(head['facility'])}"
    )
    st.caption(
        f"{words.plain(head['claim_type'])} · {patient}charge {words.money(head['charge_amount'], cents=True)} · "
        f"open: insurance {words.money(head['insurance_balance'], cents=True)}, "
        f"patient {words.money(head['patient_balance'], cents=True)}"
    )


def _event(event: dict, lines: pl.DataFrame) -> None:
    label, icon, colour = _KINDS.get(event["kind"], (words.plain(event["kind"]), "circle", "gray"))
    day, what, amount = st.columns([1.3, 7, 1.5], vertical_alignment="top")
    day.caption(words.day(event["day"]))
    amount.markdown("" if event["amount"] is None else words.money(event["amount"], cents=True), text_alignment="right")
    with what:
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.badge(label, icon=f":material/{icon}:", color=colour)
            detail = " · ".join(
                words.plain(part) for part in (event["code"], event["detail"]) if part and part not in "1234"
            )
            if detail:
                st.caption(detail)
        if event["claim_payment_id"] is not None:
            of_payment = lines.filter(pl.col("claim_payment_id") == event["claim_payment_id"])
            st.markdown("\n".join(_line(line) for line in of_payment.iter_rows(named=True)))


def _line(line: dict) -> str:
    """One adjustment of a line, as a list item."""
    name = f"- Line {line['line_number']}" + (f" {line['procedure_code']}" if line["procedure_code"] else "")
    if line["group_carc"] is None:
        return f"{name}: charged {_dollars(line['charge_amount'])}, paid {_dollars(line['paid_amount'])}"
    reason = f": **{line['group_carc']}** {line['reason'] or 'not in our list'}, {_dollars(line['amount'])}"
    remarks = f" (remark {line['remark_codes']})" if line["remark_codes"] and line["treatment"] == "denial" else ""
    to_do = f" → {line['next_step']}" if line["treatment"] == "denial" and line["next_step"] else ""
    return name + reason + remarks + to_do


def _dollars(amount) -> str:
    """Markdown takes two dollar signs in a line for a formula."""
    return words.money(amount, cents=True).replace("$", "\\$")
