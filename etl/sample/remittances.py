"""Claim payments gathered into weekly remittances whose money closes: recoveries (WO) and forward balances (FB)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from etl.sample import dates
from etl.sample.events import ClaimPayment, Root
from etl.sample.practice import GROUP, HOSPITAL, PAYERS, Entity, Payer

RECOVERY_WEEKS = 4


@dataclass(frozen=True, slots=True)
class ProviderAdjustment:
    """One PLB pair; a positive amount lowers the payment. Amount in cents."""

    reason: str
    reference: str
    amount: int


@dataclass(slots=True)
class Remittance:
    """One 835 transaction set. `paid` (BPR02) = sum of CLP04 - sum of provider adjustments, never negative."""

    payer: Payer
    entity: Entity
    day: date
    payer_name: str
    trace: str
    payments: list[ClaimPayment]
    adjustments: list[ProviderAdjustment] = field(default_factory=list)
    paid: int = 0


@dataclass(slots=True)
class _Account:
    """What a payer still has to take from one payee."""

    forward: tuple[str, int] | None = None
    recoveries: list[tuple[date, str, int]] = field(default_factory=list)


def remittances(roots: list[Root]) -> list[Remittance]:
    """All remittances by date, then payer, then payee; within one, claim payments in the order of the claims."""
    gathered: dict[tuple[date, str, str], list[ClaimPayment]] = {}
    for root in roots:
        for payment in root.payments:
            content = payment.submission.content
            key = (payment.day, content.payer.payer_id, content.site.entity.npi)
            gathered.setdefault(key, []).append(payment)
    payers = {payer.payer_id: payer for payer in PAYERS}
    entities = {entity.npi: entity for entity in (GROUP, HOSPITAL)}
    accounts: dict[tuple[str, str], _Account] = {}
    found = []
    for number, key in enumerate(sorted(gathered), start=1):
        day, payer_id, npi = key
        payer = payers[payer_id]
        week = (day - dates.START).days // 7
        name = payer.names[0] if week % 3 else payer.names[week // 3 % len(payer.names)]
        remittance = Remittance(payer, entities[npi], day, name, f"{payer_id[-1]}{number:09d}", gathered[key])
        _settle(remittance, accounts.setdefault((payer_id, npi), _Account()))
        found.append(remittance)
    return found


def _settle(remittance: Remittance, account: _Account) -> None:
    """Post what is taken back now, what later, and carry forward what cannot be paid."""
    pairs = remittance.adjustments
    if account.forward is not None:
        pairs.append(ProviderAdjustment("FB", *account.forward))
        account.forward = None
    if remittance.payer.habits.defers_recovery:
        _defer(remittance, account)
    due = [item for item in account.recoveries if item[0] <= remittance.day]
    account.recoveries = [item for item in account.recoveries if item[0] > remittance.day]
    pairs.extend(ProviderAdjustment("WO", icn, amount) for _, icn, amount in due)
    balance = sum(p.paid for p in remittance.payments) - sum(pair.amount for pair in pairs)
    if balance < 0:
        pairs.append(ProviderAdjustment("FB", remittance.trace, balance))
        account.forward = (remittance.trace, -balance)
        balance = 0
    remittance.paid = balance


def _defer(remittance: Remittance, account: _Account) -> None:
    """A reversal is announced now (a negative WO offsets it) and recovered some weeks later (a positive WO)."""
    for payment in remittance.payments:
        if payment.is_reversal and payment.paid < 0:
            remittance.adjustments.append(ProviderAdjustment("WO", payment.icn, payment.paid))
            later = dates.plus(remittance.day, 7 * RECOVERY_WEEKS)
            account.recoveries.append((later, payment.icn, -payment.paid))
