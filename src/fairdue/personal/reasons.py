"""Reasons of this room: why a person cannot be erased, and what is kept."""

from __future__ import annotations

from fairdue.kernel.reasons import ReasonCode, gettext_noop


class PersonalReason(ReasonCode):
    """Why an erasure waits, and what it leaves."""

    LEGAL_HOLD = (
        "personal_legal_hold",
        gettext_noop("A legal hold stands on customer %(customer)s: nothing may be erased before it ends."),
    )
    OPEN_CLAIM = (
        "personal_open_claim",
        gettext_noop(
            "%(count)s open item(s): the data are needed to establish and exercise the claim"
            " (GDPR art. 17(3)(e); PIPL art. 47(1))."
        ),
    )
    BEING_SENT = (
        "personal_being_sent",
        gettext_noop("%(count)s message(s) are being sent or uncertain; settle these first."),
    )
    NO_PERSON = (
        "personal_no_person",
        gettext_noop(
            "Customer %(customer)s is recorded as no natural person; erase its contacts, or correct the record first."
        ),
    )
    STILL_WORKS = (
        "personal_still_works",
        gettext_noop("User %(user)s may still sign in; close the account first."),
    )
    WAITING_IMPORT = (
        "personal_waiting_import",
        gettext_noop(
            "%(count)s file(s) that name the person wait for a decision; write or drop these, then ask again."
        ),
    )
    DUE = (
        "personal_due",
        gettext_noop("%(count)s person(s) and files reached the end of their retention: see “Personal data”."),
    )
