"""What mends each block of the gate: a sentence, the page where it is done, and the command that does it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from fairdue.contact.reasons import GateReason, waits
from fairdue.kernel.reasons import Reason, ReasonCode, because, gettext_noop


class Mend(ReasonCode):
    """What to do about a block."""

    RUN_AGAIN = ("mend_run_again", gettext_noop("Start a run: it plans the step anew on today's balances."))
    MATCH_MONEY = ("mend_match_money", gettext_noop("Find out what the money pays, and match it to its invoices."))
    MATCH_LINES = ("mend_match_lines", gettext_noop("Match the lines of the bank file: propose and post."))
    READ_BANK = ("mend_read_bank", gettext_noop("Import a newer bank statement or list of payments."))
    END_HOLD = ("mend_end_hold", gettext_noop("End the hold once its reason is gone; it stands with its owner."))
    WAIT = ("mend_wait", gettext_noop("Nothing to do: it passes by waiting."))
    WAIT_OR_POLICY = ("mend_wait_or_policy", gettext_noop("Wait, or change the limit in the policy."))
    WAIT_OR_COMPANY = (
        "mend_wait_or_company",
        gettext_noop(
            "Wait; or, if the customer is a company, say so in the import: who is not known counts as a person."
        ),
    )
    OTHER_WAY = (
        "mend_other_way",
        gettext_noop("Use own staff, a lawyer or a court; a third party only once somebody has checked the country."),
    )
    FIND_ADDRESS = ("mend_find_address", gettext_noop("Find a contact who may be written to, and import the contact."))
    COMPLETE_ADDRESS = ("mend_complete_address", gettext_noop("Complete the address, and import the customer."))
    SET_LANGUAGE = ("mend_set_language", gettext_noop("Name the contact's or the customer's language in the import."))
    STATEMENT = ("mend_statement", gettext_noop("Send a statement of account, or lower the minimum in the policy."))
    EDIT_TEXT = ("mend_edit_text", gettext_noop("Change the text and release it again."))
    CONFIRM_LICENCE = (
        "mend_confirm_licence",
        gettext_noop("Confirm the licence, registration or mandate in the settings, or choose another way."),
    )
    ADD_COPY = ("mend_add_copy", gettext_noop("Add the file on the customer's page, or have the policy only warn."))
    APPROVE = ("mend_approve", gettext_noop("Let a second person look at it and approve."))
    POLICY = ("mend_policy", gettext_noop("Change the policy when the rehearsal is over."))
    END_IMPORT = (
        "mend_end_import",
        gettext_noop("Confirm or drop the waiting file; bring an import that was stopped once more."),
    )
    READ_REPLY = ("mend_read_reply", gettext_noop("Read the reply, then queue the message again or cancel it."))
    FINISH_CHECK = (
        "mend_finish_check",
        gettext_noop("Finish the internal check; hold the item where it finds a fault."),
    )
    ASK_INSURER = (
        "mend_ask_insurer",
        gettext_noop("Ask the insurer first, or give less time: change the deadline and release it again."),
    )
    CHECK_LAW = (
        "mend_check_law",
        gettext_noop("Let somebody check the law of the country, or let the policy only warn."),
    )
    CONFIRM_LAW = (
        "mend_confirm_law",
        gettext_noop("Let a lawyer look at the source and record the answer, or let the policy only warn."),
    )
    REAPPLY = (
        "mend_reapply",
        gettext_noop("Erase again who was erased since the backup, on the page “Personal data”."),
    )
    LOOK = ("mend_look", gettext_noop("Look at the customer's page."))


@dataclass(frozen=True, slots=True)
class Remedy:
    """A remedy: what to do, the page where (a word of ``PAGES``), the command (``{customer}``, ``{policy}`` to be filled)."""

    text: Reason
    page: str
    command: str = ""


PAGES = (
    "customer", "contacts", "runs", "imports", "money", "policy", "outbox", "proposal", "third-parties", "law", "personal", "balances",
)  # fmt: skip
"""The pages a remedy may name; the web application knows their addresses."""

_IMPORT = "fairdue import FILE"
_EXPORT = "fairdue policy export {policy}"
_G = GateReason
_MENDS: dict[str, tuple[Mend, str, str]] = {
    **dict.fromkeys(
        (_G.ITEM_SETTLED.code, _G.BALANCE_CHANGED.code, _G.CREDIT_NOT_SHOWN.code, _G.ITEM_HELD.code,
         _G.RECIPIENT_CHANGED.code, _G.MORE_ITEMS.code),
        (Mend.RUN_AGAIN, "runs", "fairdue run"),
    ),
    **dict.fromkeys(
        (_G.IN_TRANSIT.code, _G.IN_TRANSIT_ITEM.code, _G.IN_TRANSIT_PART.code),
        (Mend.MATCH_MONEY, "money", "fairdue cash queue"),
    ),
    **dict.fromkeys(
        (_G.BANK_DATA_OLD.code, _G.BANK_DATA_UNKNOWN.code, _G.ACCOUNT_DATA_OLD.code),
        (Mend.READ_BANK, "imports", "fairdue cash import FILE"),
    ),
    **dict.fromkeys((_G.IMPORT_WAITING.code, _G.IMPORT_RUNNING.code), (Mend.END_IMPORT, "imports", _IMPORT)),
    _G.BANK_FILE_WAITING.code: (Mend.MATCH_LINES, "money", "fairdue cash propose"),
    **dict.fromkeys((_G.REPLY_UNREAD.code, _G.REPLY_SINCE.code), (Mend.READ_REPLY, "customer", "")),
    _G.INTERNAL_CHECK.code: (Mend.FINISH_CHECK, "customer", ""),
    **dict.fromkeys(
        (_G.COVER_DEADLINE.code, _G.COVER_EXTENSION.code, _G.COVER_CONSENT.code), (Mend.ASK_INSURER, "proposal", "")
    ),
    _G.LAW_UNKNOWN.code: (Mend.CHECK_LAW, "policy", _EXPORT),
    _G.LAW_UNCONFIRMED.code: (Mend.CONFIRM_LAW, "law", "fairdue law confirm"),
    **dict.fromkeys((_G.CUSTOMER_HELD.code, _G.NOTHING_LEFT.code), (Mend.END_HOLD, "customer", "")),
    **dict.fromkeys(
        (_G.CONTACTS_PER_WEEK.code, _G.CHANNEL_PER_WEEK.code, _G.MIN_DAYS_BETWEEN.code, _G.DAILY_CAP.code),
        (Mend.WAIT_OR_POLICY, "policy", _EXPORT),
    ),
    **dict.fromkeys((_G.QUIET_HOURS.code, _G.NO_BUSINESS_DAY.code), (Mend.WAIT, "outbox", "fairdue send")),
    **dict.fromkeys((_G.LEGAL_CLOCK.code, _G.STEP_MISSING.code, _G.LAW_DAYS_BETWEEN.code), (Mend.WAIT, "customer", "")),
    **dict.fromkeys(
        (_G.LAW_CONTACTS_PER_WEEK.code, _G.LAW_CALLS.code, _G.LAW_HOURS.code, _G.LAW_NO_BUSINESS_DAY.code),
        (Mend.WAIT_OR_COMPANY, "customer", _IMPORT),
    ),
    _G.THIRD_PARTY_BARRED.code: (Mend.OTHER_WAY, "customer", ""),
    _G.THIRD_PARTY_LICENCE.code: (Mend.CONFIRM_LICENCE, "third-parties", "fairdue third-party confirm"),
    _G.THIRD_PARTY_NAMED.code: (Mend.EDIT_TEXT, "proposal", ""),
    **dict.fromkeys(
        (_G.NO_RECIPIENT.code, _G.CONTACT_INACTIVE.code, _G.WRONG_PURPOSE.code, _G.BOUNCED.code, _G.OPTED_OUT.code,
         _G.NO_EMAIL.code),
        (Mend.FIND_ADDRESS, "contacts", _IMPORT),
    ),
    _G.NO_ADDRESS.code: (Mend.COMPLETE_ADDRESS, "customer", _IMPORT),
    _G.LANGUAGE_UNKNOWN.code: (Mend.SET_LANGUAGE, "contacts", _IMPORT),
    _G.SMALL_BALANCE.code: (Mend.STATEMENT, "policy", "fairdue statement {customer}"),
    **dict.fromkeys(
        tuple(one.code for one in _G if one.name.startswith("TONE_")),
        (Mend.EDIT_TEXT, "proposal", ""),
    ),
    **dict.fromkeys(
        (_G.COPY_MISSING.code, _G.COPY_MISSING_WIDE.code), (Mend.ADD_COPY, "customer", "fairdue files add PATH")
    ),
    _G.COPY_WITHDRAWN.code: (Mend.RUN_AGAIN, "runs", "fairdue run"),
    _G.SECOND_PERSON.code: (Mend.APPROVE, "outbox", ""),
    _G.ERASED_BEFORE.code: (Mend.REAPPLY, "personal", "fairdue personal reapply"),
    _G.DRY_RUN.code: (Mend.POLICY, "policy", _EXPORT),
}  # fmt: skip


def remedies(reasons: tuple[Reason, ...]) -> tuple[Remedy, ...]:
    """Give the remedies of blocks, each once. A block without one of its own sends to the customer's page, or says to wait."""
    found: dict[tuple[str, str], Remedy] = {}
    for reason in reasons:
        unknown = (Mend.WAIT if waits(reason) else Mend.LOOK, "customer", "")
        mend, page, command = _MENDS.get(reason.code, unknown)
        found.setdefault((mend.code, page), Remedy(because(mend), page, command))
    return tuple(found.values())
