"""A small company with one of everything a page shows, and a second company whose rows nobody of the first may see."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from email.message import EmailMessage

from fairdue.books.actions import do_cut
from fairdue.books.models import PostingBatch
from fairdue.cash.actions import do_take_in
from fairdue.cash.models import BankLine
from fairdue.contact import blobs
from fairdue.contact.actions import (
    Answer,
    do_confirm_law,
    do_confirm_third_party,
    do_make_link,
    do_receive,
    do_record_answer,
)
from fairdue.contact.models import (
    ChangeProposal,
    InboundMail,
    LawConfirmation,
    MessageState,
    OutboxMessage,
    PortalAnswer,
    Task,
    ThirdPartyClearance,
    TimelineEvent,
)
from fairdue.cover.actions import (
    LimitValues,
    TermsValues,
    do_add_policy,
    do_record,
    do_set_limit_from_file,
    do_set_terms,
)
from fairdue.cover.models import CoverPolicy
from fairdue.cycle.models import Run, WorklistRow
from fairdue.dunning.actions import do_adopt_policy
from fairdue.dunning.balance.models import BalanceAnswer, BalanceConfirmation, BalanceDifference, BalanceLine
from fairdue.dunning.models import Notice, NoticeLine, PolicyVersion, Proposal, ProposalLine
from fairdue.dunning.policy import shipped_yaml
from fairdue.intake.models import Import
from fairdue.ledger import audit
from fairdue.ledger.actions import Maturity, do_accept_terms, do_book_document, do_hold, do_set_effect
from fairdue.ledger.file_actions import NewFile, do_add_files
from fairdue.ledger.models import Contact, Customer, Document, DocumentFile, Hold, Source
from fairdue.people.actor import Actor
from fairdue.people.models import ApiToken, BankAccount, Company, Membership, User
from fairdue.people.tokens import do_make_token

PASSWORD = "correct horse battery"
ROLES = ("controller", "account_owner", "finance_lead", "auditor", "administrator")


@dataclass
class Sample:
    """The rows of one company that the tests name."""

    company: Company
    actor: Actor
    users: dict[str, User]
    customer: Customer
    document: Document
    hold: Hold
    policy: PolicyVersion
    run: Run
    proposal: Proposal
    notice: Notice
    message: OutboxMessage
    uncertain: OutboxMessage
    task: Task
    answer: PortalAnswer
    imported: Import
    mail: InboundMail
    change: ChangeProposal
    clearance: ThirdPartyClearance
    line: BankLine
    law: LawConfirmation
    file: DocumentFile
    cover: CoverPolicy
    batch: PostingBatch
    difference: BalanceDifference
    token: ApiToken
    secret: str
    """A name that stands in every row of this company, and nowhere else."""


def make_sample(code: str, name: str, secret: str, at: datetime) -> Sample:
    """Make a company ``code`` whose customer is called ``secret``; users are called ``<role>.<code>``."""
    today = at.date()
    company = Company.objects.create(
        code=code, name=name, country="DE", currency="EUR", language="en", city="Hamburg", email=f"ar@{code}.example"
    )
    BankAccount.objects.create(
        company=company, currency="EUR", holder=name, iban="DE02120300000000202051", bic="BYLADEM1001"
    )
    actor = Actor(company_id=company.pk, at=at, name="Sample", roles=frozenset({"finance_lead", "system"}))
    users = {role: _user(company, role, code) for role in ROLES}
    customer = Customer.objects.create(
        company=company,
        number="4711",
        number_key="4711",
        name=secret,
        country="FR",
        city="Lyon",
        language="fr",
        account_owner=users["account_owner"],
        created_at=at,
    )
    contact = Contact.objects.create(
        company=company, customer=customer, name="Anne", email=f"anne@{code}-buyer.example"
    )
    accepted = {"accepted_by": "Anne", "accepted_on": date(2025, 1, 2), "accepted_how": "Signed"}
    do_accept_terms(
        actor, customer_id=customer.pk, version="2025", clause="Payable in 30 days.", payment_terms="Net 30", **accepted
    )
    document = _documents(actor, customer, today)
    item = document.due_items.get()
    hold = do_hold(
        actor,
        customer_id=customer.pk,
        due_item_id=item.pk,
        reason="dispute",
        amount_minor=10_000,
        currency="EUR",
        since=today,
    )
    do_set_effect(actor, customer_id=customer.pk, kind="sales_block", since=today, cause="test")
    policy = do_adopt_policy(actor, "flexible", shipped_yaml("flexible"))
    run = _run(company, customer, policy, at)
    proposal = _proposal(company, customer, contact, policy, run, item.pk, at)
    WorklistRow.objects.filter(run=run).update(proposal_id=proposal.pk)
    source = Source.objects.create(company=company, code="erp")
    imported = Import.objects.create(
        company=company,
        source=source,
        kind="open_items",
        file_name=f"{secret}.csv",
        file_sha256="0" * 64,
        as_of=today,
        state="written",
        counts={"new": 2},
        recorded_by="Sample",
        recorded_at=at,
        refused_csv=f"{secret}\n",
    )
    copy = NewFile(
        customer.pk, document.pk, "invoice", f"{secret}.pdf", f"%PDF-1.7 {secret}".encode(), "application/pdf", "upload"
    )
    (file,) = do_add_files(actor, [copy]).files
    TimelineEvent.objects.create(
        company=company, customer=customer, at=at, kind="note", code="note", text=f"note on {secret}", actor="Sample"
    )
    clearance = do_confirm_third_party(
        actor, country="DE", basis="licence", third_party=secret, reason="register", valid_from=today, valid_until=today
    )
    audit.seal(company.pk)
    return Sample(
        company=company,
        actor=actor,
        users=users,
        customer=customer,
        document=document,
        hold=hold,
        policy=policy,
        run=run,
        proposal=proposal,
        notice=_notice(company, customer, policy, proposal, item.pk, at),
        imported=imported,
        **_mail(actor, contact, secret),
        message=_message(company, customer, contact, "queued", at),
        clearance=clearance,
        line=_line(actor, secret),
        law=do_confirm_law(
            actor,
            country="DK",
            topic="conduct",
            confirmed_by=secret,
            reference=secret,
            valid_from=today,
            valid_until=today,
        ),
        file=file,
        batch=do_cut(actor)[0],
        difference=_balance(actor, customer, item.pk),
        token=do_make_token(replace(actor, roles=frozenset({"administrator"})), name=secret, scopes=["read"])[0],
        secret=secret,
        cover=_cover(actor, customer, today),
        answer=_answer(actor, customer, contact, item.pk, at),
        uncertain=_message(company, customer, contact, "uncertain", at),
        task=Task.objects.create(
            company=company, customer=customer, kind="call", key=f"call:{secret}", due_on=today, created_at=at
        ),
    )


def _balance(actor: Actor, customer: Customer, item_id: int) -> BalanceDifference:
    """Ask for the balance of today; a scan came back that names a difference."""
    mine = {"company_id": customer.company_id, "customer_id": customer.pk}
    row = BalanceConfirmation.objects.create(
        **mine, currency="EUR", as_of=actor.at.date(), known_at=actor.at, step_key=f"b/{customer.name}", message_key="b",
        number="B-1", language="fr", open_minor=100, facts={}, pdf_sha256="0" * 64, created_by="Sample", recorded_at=actor.at,
    )  # fmt: skip
    line = BalanceLine.objects.create(
        company_id=customer.company_id, confirmation=row, due_item_id=item_id, document_number="R-1", issued_on=row.as_of,
        due_on=row.as_of, open_minor=100,
    )  # fmt: skip
    scan = blobs.keep(customer.company_id, b"%PDF-1.7 signed by " + customer.name.encode(), "application/pdf", actor.at)
    answer = BalanceAnswer.objects.create(
        **mine, confirmation=row, kind="differs", way="scan", signed_name=customer.name, signed_role="CFO",
        signed_on=row.as_of, scan=scan, recorded_by="Sample", recorded_at=actor.at,
    )  # fmt: skip
    return BalanceDifference.objects.create(
        **mine, answer=answer, line=line, kind="unknown", held_minor=0, remark=f"unknown, says {customer.name}"
    )


def _cover(actor: Actor, customer: Customer, today: date) -> CoverPolicy:
    """Insure the customer, under an insurer that bears its name."""
    policy = do_add_policy(actor, insurer=f"Insurer of {customer.name}", number="P-1", currency="EUR")
    do_set_terms(
        actor, policy.pk, TermsValues(today - timedelta(days=365), 900_000, max_extension_days=60, notify_days=60)
    )
    limit = LimitValues(today - timedelta(days=300), 10_000_00, customer_id=customer.pk)
    do_set_limit_from_file(actor, policy.pk, limit, b"%PDF-1.4 limit")
    do_record(actor, customer_id=customer.pk, kind="notified", on=today, reference=f"N {customer.name}")
    return policy


def _line(actor: Actor, secret: str) -> BankLine:
    """Make a bank line that nobody has decided."""
    amount = "<Amt Ccy='EUR'>12.34</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
    data = (
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt><Stmt><Id>1</Id><Acct><Id><IBAN>"
        "DE02120300000000202051</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        f"<Ntry>{amount}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt><NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>{secret}"
        f"</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>{secret}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>"
    )
    do_take_in(actor, data.encode(), "bank.xml")
    return BankLine.objects.get(company_id=actor.company_id)


def _mail(actor: Actor, contact: Contact, secret: str) -> dict[str, object]:
    """Receive an automatic mail of somebody who is no longer there, with a file. It holds nothing."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = contact.email, "ar@x.example", f"Automatic reply: {secret}"
    made["Auto-Submitted"] = "auto-replied"
    made.set_content(f"I no longer work for {secret}. Please contact new@{contact.email.partition('@')[2]}.")
    made.add_attachment(b"%PDF-1.7 scan", maintype="application", subtype="pdf", filename=f"{secret}.pdf")
    row = InboundMail.objects.get(pk=do_receive(actor, made.as_bytes()).mail_id)
    return {"mail": row, "change": row.proposals.get()}


def _user(company: Company, role: str, code: str) -> User:
    user = User.objects.create(username=f"{role}.{code}", password="!", language="en")
    Membership.objects.create(user=user, company=company, role=role)
    return user


def _documents(actor: Actor, customer: Customer, today: date) -> Document:
    common = {"customer_id": customer.pk, "kind": "invoice", "currency": "EUR"}
    do_book_document(
        actor,
        number="R-2",
        issued_on=today - timedelta(days=10),
        maturities=[Maturity(today + timedelta(days=20), 50_000)],
        **common,
    )
    return do_book_document(
        actor,
        number="R-1",
        issued_on=today - timedelta(days=75),
        maturities=[Maturity(today - timedelta(days=45), 123_456)],
        **common,
    )


def summary() -> dict[str, object]:
    """Give a run's summary as ``cycle.summary`` writes it."""
    codes = ("not_due", "1_30", "31_60", "61_90", "91_120", "over_120")
    period = {"from": "2025-12-03", "to": "2026-03-02"}
    return {
        "currency": "EUR",
        "ageing": [{"bucket": code, "open_minor": 10**6 * n, "items": n} for n, code in enumerate(codes)],
        "credit_minor": 0,
        "ageing_by_currency": [],
        "due": [{"week_on": "2026-02-23", "span": "week", "open_minor": 5_000_000}],
        "kpis": [
            {"code": "open", "value": 15_000_000, "unit": "minor"},
            {"code": "overdue_share", "value": 342_000, "unit": "ppm"},
            {"code": "dso", "value": 437, "unit": "days_e1", **period},
            {"code": "turnover", "value": 812, "unit": "times_e2", **period},
            {"code": "cei", "value": None, "unit": "ppm", **period},
        ],
        "countback": [],
        "unconverted": ["XAU"],
        "customers": 1,
    }


def _run(company: Company, customer: Customer, policy: PolicyVersion, at: datetime) -> Run:
    run = Run.objects.create(
        company=company,
        key=at.date().isoformat(),
        as_of=at.date(),
        known_at=at,
        state="done",
        stage="commit",
        folder=f"snapshots/{company.pk}/absent",
        summary=summary(),
        started_at=at,
        finished_at=at,
        started_by="Sample",
    )
    reason = {"code": "dunning.stage_reached", "values": {"stage": "overdue_notice", "days": 45}}
    WorklistRow.objects.create(
        company=company,
        run=run,
        rank=1,
        customer=customer,
        action="overdue_notice",
        channel="email",
        currency="EUR",
        amount_minor=113_456,
        base_minor=113_456,
        days_overdue=45,
        reasons=[reason],
        due_on=at.date(),
    )
    return run


def _proposal(
    company: Company, customer: Customer, contact: Contact, policy: PolicyVersion, run: Run, item_id: int, at: datetime
) -> Proposal:
    key = f"{customer.pk}/EUR/overdue_notice"
    proposal = Proposal.objects.create(
        company=company,
        run_key=run.key,
        key=f"{run.key}/{key}",
        step_key=key,
        as_of=run.as_of,
        customer=customer,
        currency="EUR",
        policy_version=policy,
        stage_code="overdue_notice",
        level=1,
        episode_on=at.date() - timedelta(days=44),
        action="email",
        document="overdue_notice",
        open_minor=123_456,
        held_minor=10_000,
        credit_minor=0,
        due_minor=113_456,
        items=1,
        days_overdue_max=45,
        language="fr",
        contact=contact,
        recorded_at=at,
        reasons=[{"code": "dunning.stage_reached", "values": {"stage": "overdue_notice", "days": 45}}],
    )
    ProposalLine.objects.create(
        company=company, proposal=proposal, due_item_id=item_id, open_minor=123_456, held_minor=10_000, days_overdue=45
    )
    return proposal


def _notice(
    company: Company, customer: Customer, policy: PolicyVersion, proposal: Proposal, item_id: int, at: datetime
) -> Notice:
    text = blobs.keep(company.pk, f"Dear {customer.name}".encode(), "text/plain", at)
    notice = Notice.objects.create(
        company=company,
        customer=customer,
        currency="EUR",
        proposal=proposal,
        step_key="earlier",
        message_key="earlier",
        number="M-1",
        level=1,
        stage_code="reminder",
        document="reminder",
        language="fr",
        policy_version=policy,
        written_on=at.date(),
        effective_on=at.date(),
        open_minor=123_456,
        disputed_minor=0,
        charges_minor=0,
        payable_minor=123_456,
        facts={},
        text_sha256=text.sha256,
        released_by="Sample",
        recorded_at=at,
    )
    NoticeLine.objects.create(
        company=company, notice=notice, due_item_id=item_id, open_minor=123_456, held_minor=0, days_overdue=40
    )
    return notice


def _message(company: Company, customer: Customer, contact: Contact, state: str, at: datetime) -> OutboxMessage:
    letter = blobs.keep(company.pk, b"%PDF-1.7 " + customer.name.encode(), "application/pdf", at)
    return OutboxMessage.objects.create(
        company=company,
        customer=customer,
        contact=contact,
        step_key=f"step-{state}",
        channel="email",
        language="fr",
        recipient_name="Anne",
        recipient_email=contact.email,
        subject=f"To {customer.name}",
        body_text="Bonjour",
        body_html="<p>Bonjour</p>",
        message_id=f"<{state}@{company.code}>",
        content_sha256="0" * 64,
        created_by="Sample",
        created_at=at,
        state=MessageState(state),
        attachments=[{"sha256": letter.sha256, "file_name": "letter.pdf", "media_type": "application/pdf"}],
    )


PDF = b"%PDF-1.7 photographs of "


def _answer(actor: Actor, customer: Customer, contact: Contact, item_id: int, at: datetime) -> PortalAnswer:
    """Let the debtor answer through a link, with a file whose name is as bad as names come."""
    made = do_make_link(actor, customer_id=customer.pk, contact_id=contact.pk)
    name = f'../"{customer.name}"\r\n发票.pdf'
    answer = Answer("received", (item_id,), f"Arrived, says {customer.name}", PDF + customer.name.encode(), name)
    return do_record_answer(made.link.pk, customer.company_id, answer, at)
