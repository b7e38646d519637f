"""Asking customers to confirm their balance: in batches, each a transaction; what was asked is not asked again,
unless it came back.

1. Customers are taken in small batches, locked by id. A killed send is sent again: a day that was asked for is skipped.
2. The lines are those of the ledger as of the day, known at the moment of writing (rules 1 and 2).
3. The gate is asked; who passes gets one message with a letter a currency, the question's rows, and a task for silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction
from django.utils.translation import gettext

from fairdue.contact.actions import Outgoing, Silence, do_make_link, do_queue, do_store
from fairdue.contact.actions.messages import withdraw
from fairdue.contact.actions.tasks import end_wait
from fairdue.contact.facts import GatePolicy
from fairdue.contact.models import MessageKind, Task, TaskKind
from fairdue.dunning.actions.sending import portal_url
from fairdue.dunning.balance.models import BalanceConfirmation, BalanceLine
from fairdue.dunning.balance.queries import AskedBefore, asked_before
from fairdue.dunning.balance.reasons import BalanceReason
from fairdue.dunning.balance.rules import SILENT_AFTER_DAYS, reminder_key
from fairdue.dunning.balance.writing import Route, accounts_of, asked_lines, facts_of, gate_of, route_of
from fairdue.dunning.desk import Desk, lay_out
from fairdue.dunning.drawing import Drawn, draw, joined_html, joined_text, plain
from fairdue.dunning.queries import policies_in_force
from fairdue.kernel.reasons import Reason, because
from fairdue.ledger import audit
from fairdue.ledger.models import Customer
from fairdue.letters import LetterFacts, LettersError
from fairdue.people.actor import Actor, Right
from fairdue.people.models import User

BATCH = 50


class BalanceError(ValueError):
    """An action on a balance confirmation that makes no sense; nothing was written."""


def end_balance_wait(actor: Actor, message_key: str, outcome: str) -> None:
    """Nobody waits any more for an answer to a confirmation, whether its message has left or not; no reminder leaves."""
    end_wait(actor, message_key, outcome)
    end_wait(actor, reminder_key(message_key), outcome)
    withdraw(actor, reminder_key(message_key), outcome)
    waiting = Task.objects.filter(company_id=actor.company_id, key=silence_key(message_key), done_at__isnull=True)
    if waiting.update(done_at=actor.at, done_by=actor.name, outcome=outcome):
        audit.record(actor, "finish_task", silence_key(message_key), outcome=outcome)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one customer: ``sent``, ``known`` (asked before), ``nothing`` (nothing open), ``blocked`` or ``refused``."""

    customer_id: int
    state: str
    confirmations: tuple[int, ...] = ()
    reasons: tuple[Reason, ...] = ()


def silence_key(step_key: str) -> str:
    """Give the key of the task that waits for an answer."""
    return f"{step_key}/silent"


def do_send_confirmations(
    actor: Actor,
    customer_ids: Sequence[int],
    as_of: date,
    today: date,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> list[Outcome]:
    """Ask customers to confirm what was open on ``as_of``; gives what became of each, in the order asked.

    Asking again for the same day changes nothing, unless the message came back: then it leaves anew (3).
    Raises BalanceError for a day to come or a customer of somebody else,
    NotAllowed without the right to release.
    """
    actor.need(Right.RELEASE)
    if as_of > today:
        raise BalanceError(gettext("The balance of a day to come cannot be confirmed."))
    wanted = list(dict.fromkeys(customer_ids))
    own = set(Customer.objects.filter(company_id=actor.company_id, pk__in=wanted).values_list("pk", flat=True))
    if len(own) != len(wanted):
        raise BalanceError(gettext("The customer is not one of this company."))
    found: dict[int, Outcome] = {}
    ordered = sorted(wanted)
    for first in range(0, len(ordered), BATCH):
        if progress:
            progress(first, len(ordered))
        part = _send_batch(actor, ordered[first : first + BATCH], as_of, today)
        found.update((one.customer_id, one) for one in part)
    if progress:
        progress(len(ordered), len(ordered))
    return [found[customer_id] for customer_id in wanted]


@transaction.atomic
def _send_batch(actor: Actor, customer_ids: list[int], as_of: date, today: date) -> list[Outcome]:
    list(Customer.objects.select_for_update(no_key=True).filter(pk__in=customer_ids).order_by("id").values_list("id"))
    asked = asked_before(actor.company_id, customer_ids, as_of)
    known = {customer_id: [row.pk for row in one.rows] for customer_id, one in asked.items() if one.stands}
    rest = [one for one in customer_ids if one not in known]
    before = because(BalanceReason.KNOWN, as_of=as_of.isoformat())
    outcomes = [Outcome(one, "known", tuple(pks), (before,)) for one, pks in known.items()]
    if rest:
        work = _Work(actor, lay_out(actor.company_id, rest, as_of, actor.at), today, asked)
        outcomes += [work.ask(customer_id) for customer_id in rest]
    return outcomes


class _Work:
    """One batch on its way out."""

    def __init__(self, actor: Actor, desk: Desk, today: date, asked: dict[int, AskedBefore]) -> None:
        self.actor, self.desk, self.today, self.asked = actor, desk, today, asked
        self.run_key = f"balance/{desk.today.isoformat()}"
        self.releaser = User.objects.filter(pk=actor.user_id).first() if actor.user_id else None
        self.policies = policies_in_force(actor.company_id)

    def gate(self, customer_id: int) -> GatePolicy:
        """Give what the customer's policy asks of the gate."""
        force = self.policies.get(self.desk.customers[customer_id].policy_code) or self.policies.get("")
        return gate_of(force.policy if force else None)

    def ask(self, customer_id: int) -> Outcome:
        """Ask one customer, or say why not."""
        currencies = accounts_of(self.desk, customer_id)
        if not currencies:
            why = because(BalanceReason.NOTHING_OPEN, as_of=self.desk.today.isoformat())
            return Outcome(customer_id, "nothing", (), (why,))
        key = f"{self.run_key}/{customer_id}"
        before = self.asked.get(customer_id)
        if before is not None:
            key += f"/again-{before.attempts}"
        gate = self.gate(customer_id)
        route = route_of(self.desk.gates[customer_id], gate, key, self.run_key)
        if route.blocks:
            return Outcome(customer_id, "blocked", (), route.blocks)
        try:
            with transaction.atomic():
                rows = self._write(customer_id, currencies, key, gate, route)
                if before is not None:
                    self._end_waiting(before)
        except LettersError as error:
            return Outcome(customer_id, "refused", (), (because(BalanceReason.NO_LETTER, error=str(error)),))
        return Outcome(customer_id, "sent", tuple(row.pk for row in rows))

    def _end_waiting(self, before: AskedBefore) -> None:
        """Nobody waits any more for an answer to what came back."""
        end_balance_wait(self.actor, before.rows[0].message_key, "asked_again")

    def _write(
        self, customer_id: int, currencies: list[str], key: str, gate: GatePolicy, route: Route
    ) -> list[BalanceConfirmation]:
        actor, desk = self.actor, self.desk
        link = do_make_link(actor, customer_id=customer_id, contact_id=route.contact_id, step_key=key)
        url = portal_url(desk, link.token)
        all_facts = [
            self._facts(customer_id, facts_of(desk, customer_id, currency, route, self.today, url, self.releaser))
            for currency in currencies
        ]
        drawn = [(facts, draw(facts)) for facts in all_facts]
        rows = [self._row(customer_id, facts, letter, key, route) for facts, letter in drawn]
        self._queue(customer_id, drawn, key, gate, route)
        return rows

    def _facts(self, customer_id: int, facts: LetterFacts) -> LetterFacts:
        """Give a later attempt a number of its own."""
        before = self.asked.get(customer_id)
        return replace(facts, reference=f"{facts.reference}-{before.attempts + 1}") if before else facts

    def _row(self, customer_id: int, facts: LetterFacts, drawn: Drawn, key: str, route: Route) -> BalanceConfirmation:
        actor, desk, currency = self.actor, self.desk, facts.totals.currency
        row = BalanceConfirmation.objects.create(
            company_id=actor.company_id, customer_id=customer_id, contact_id=route.contact_id, currency=currency,
            as_of=desk.today, known_at=actor.at, step_key=f"{key}/{currency}", message_key=key,
            number=facts.reference, language=drawn.result.language_used,
            open_minor=facts.totals.open_minor, facts=plain(replace(facts, portal_link="")), pdf_sha256=drawn.pdf_sha256,
            created_by=actor.name, recorded_at=actor.at,
        )  # fmt: skip
        BalanceLine.objects.bulk_create(
            BalanceLine(
                company_id=actor.company_id, confirmation=row, due_item_id=one.due_item_id, payment_id=one.payment_id,
                document_number=one.document_number[:60], issued_on=one.issued_on, due_on=one.due_on, open_minor=one.open_minor,
            )
            for one in asked_lines(desk, customer_id, currency)
        )  # fmt: skip
        audit.record(
            actor, "ask_balance", f"balance:{row.pk}", customer=customer_id, as_of=desk.today.isoformat(),
            open_minor=row.open_minor, currency=currency, pdf_sha256=drawn.pdf_sha256,
        )  # fmt: skip
        return row

    def _queue(
        self,
        customer_id: int,
        drawn: Iterable[tuple[LetterFacts, Drawn]],
        key: str,
        gate: GatePolicy,
        route: Route,
    ) -> None:
        letters = list(drawn)
        wait = wait_for(self.desk, customer_id, key, letters[0][0])
        do_queue(self.actor, question(self.actor, customer_id, letters, key, self.run_key, gate, route, wait))


def wait_for(desk: Desk, customer_id: int, message_key: str, facts: LetterFacts) -> Silence:
    """Give the task that asks a person to call where nobody answers (6); a reminder moves it (26)."""
    why = because(BalanceReason.SILENT, number=facts.reference, as_of=facts.as_of.isoformat() if facts.as_of else "")
    owner_id = desk.customers[customer_id].account_owner_id
    return Silence(TaskKind.CALL, silence_key(message_key), SILENT_AFTER_DAYS, (why,), owner_id)


def question(
    actor: Actor, customer_id: int, letters: Sequence[tuple[LetterFacts, Drawn]], key: str, run_key: str, gate: GatePolicy,
    route: Route, wait: Silence,
) -> Outgoing:  # fmt: skip
    """Put the letters of a customer into one message, and keep their files."""
    files = [do_store(actor, one.result.pdf, file_name=f"{facts.reference}.pdf") for facts, one in letters]
    first = letters[0][1].result
    return Outgoing(
        customer_id=customer_id, step_key=key, channel=route.channel, language=first.language_used,
        subject=first.subject, contact_id=route.contact_id, kind=MessageKind.STATEMENT, run_key=run_key,
        body_text=joined_text([one.result.text for _, one in letters]),
        body_html=joined_html([one.result.html for _, one in letters]), attachments=tuple(files),
        currency=letters[0][0].totals.currency, policy=gate,
        references=tuple(facts.reference for facts, _ in letters), on_silence=(wait,),
    )  # fmt: skip
