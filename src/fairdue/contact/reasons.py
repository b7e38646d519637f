"""Reasons of the contact room: why something waits, was held back, or was noticed. Amounts are minor units."""

from __future__ import annotations

from fairdue.kernel.reasons import Reason, ReasonCode, gettext_noop


class ContactReason(ReasonCode):
    """Base of the enums below: ``member = (code, text)`` or ``(code, text, True)`` for what passes by waiting."""

    def __init__(self, code: str, text: str, waits: bool = False) -> None:
        super().__init__(code, text)
        self.waits = waits


class GateReason(ContactReason):
    """Why the gate does not let a message out. Those that wait leave the message queued; the others hold it back."""

    ITEM_SETTLED = (
        "gate_item_settled",
        gettext_noop("%(document)s is settled: %(claimed_minor)s %(currency)s were to be claimed."),
    )
    BALANCE_CHANGED = (
        "gate_balance_changed",
        gettext_noop("%(document)s is open with %(open_minor)s %(currency)s now, not with %(claimed_minor)s."),
    )
    CREDIT_NOT_SHOWN = (
        "gate_credit_not_shown",
        gettext_noop("A credit of %(credit_minor)s %(currency)s (%(document)s) is not in the message."),
    )
    MORE_ITEMS = ("gate_more_items", gettext_noop("The same holds for %(count)s more items."))
    IN_TRANSIT = (
        "gate_in_transit",
        gettext_noop(
            "%(amount_minor)s %(currency)s received are not matched yet and may pay this; %(claimed_minor)s are claimed."
        ),
    )
    IN_TRANSIT_ITEM = (
        "gate_in_transit_item",
        gettext_noop("%(amount_minor)s %(currency)s received are not matched yet: exactly what %(document)s asks for."),
    )
    IN_TRANSIT_PART = (
        "gate_in_transit_part",
        gettext_noop(
            "%(amount_minor)s %(currency)s that the message does not take off may be a part payment of the"
            " %(claimed_minor)s claimed."
        ),
    )
    ACCOUNT_DATA_OLD = (
        "gate_account_data_old",
        gettext_noop(
            "Payments in %(currency)s are known through %(through)s only, %(age_days)s days ago; the policy allows"
            " %(max_days)s."
        ),
        True,
    )
    IMPORT_WAITING = (
        "gate_import_waiting",
        gettext_noop(
            "Import %(number)s of %(as_of)s waits for a person: what it says of invoices and payments is not in the ledger."
        ),
        True,
    )
    IMPORT_RUNNING = (
        "gate_import_running",
        gettext_noop("An import of %(as_of)s (%(number)s) was begun and has not ended."),
        True,
    )
    BANK_FILE_WAITING = (
        "gate_bank_file_waiting",
        gettext_noop("Bank file %(number)s, taken in on %(as_of)s, is not matched yet: it may say what was paid."),
        True,
    )
    ERASED_BEFORE = (
        "gate_erased_before",
        gettext_noop("This person was erased after the backup was made that this database was restored from."),
        True,
    )
    BANK_DATA_OLD = (
        "gate_bank_data_old",
        gettext_noop(
            "Payments are known through %(through)s only, %(age_days)s days ago; the policy allows %(max_days)s."
        ),
        True,
    )
    BANK_DATA_UNKNOWN = (
        "gate_bank_data_unknown",
        gettext_noop(
            "It is not known through which day payments were read; the policy asks for %(max_days)s days at most."
        ),
        True,
    )
    ITEM_HELD = (
        "gate_item_held",
        gettext_noop("%(document)s is held with %(held_minor)s of %(open_minor)s %(currency)s (%(hold_reasons)s)."),
    )
    CUSTOMER_HELD = ("gate_customer_held", gettext_noop("The customer is not to be chased: %(hold_reasons)s."))
    NOTHING_LEFT = ("gate_nothing_left", gettext_noop("Nothing is left to claim once held items are taken out."))
    REPLY_UNREAD = (
        "gate_reply_unread",
        gettext_noop("A reply is not read yet (%(count)s)."),
        True,
    )
    REPLY_SINCE = (
        "gate_reply_since",
        gettext_noop("The customer answered on %(replied_on)s, after this message was written; a person has to look."),
    )
    INTERNAL_CHECK = (
        "gate_internal_check",
        gettext_noop("An internal check is not finished (%(count)s); the policy waits for it."),
        True,
    )
    COVER_DEADLINE = (
        "gate_cover_deadline",
        gettext_noop("It gives time until %(until)s; the cover asks for its next duty by %(deadline_on)s."),
    )
    COVER_EXTENSION = (
        "gate_cover_extension",
        gettext_noop("It gives time until %(until)s; the cover allows an extension until %(extension_until)s."),
    )
    COVER_CONSENT = (
        "gate_cover_consent",
        gettext_noop("The insurer has not agreed to what it grants until %(until)s."),
    )
    CONTACTS_PER_WEEK = (
        "gate_contacts_per_week",
        gettext_noop("%(used)s contacts in seven days; the policy allows %(limit)s."),
        True,
    )
    CHANNEL_PER_WEEK = (
        "gate_channel_per_week",
        gettext_noop("%(used)s contacts by %(channel)s in seven days; the policy allows %(limit)s."),
        True,
    )
    MIN_DAYS_BETWEEN = (
        "gate_min_days_between",
        gettext_noop("The last contact was on %(last_on)s; the policy asks for %(min_days)s days between two."),
        True,
    )
    QUIET_HOURS = ("gate_quiet_hours", gettext_noop("It is %(local_time)s at the customer's place (%(zone)s)."), True)
    NO_BUSINESS_DAY = (
        "gate_no_business_day",
        gettext_noop("%(local_day)s is no business day at the customer's place (%(country)s)."),
        True,
    )
    NO_RECIPIENT = ("gate_no_recipient", gettext_noop("No recipient is named for %(channel)s."))
    CONTACT_INACTIVE = ("gate_contact_inactive", gettext_noop("The contact is no longer active."))
    WRONG_PURPOSE = (
        "gate_wrong_purpose",
        gettext_noop("The contact is for %(purpose)s; this message goes to %(allowed)s."),
    )
    BOUNCED = ("gate_bounced", gettext_noop("Mail to this address came back on %(bounced_on)s."))
    OPTED_OUT = ("gate_opted_out", gettext_noop("The contact does not want to be written to."))
    NO_EMAIL = ("gate_no_email", gettext_noop("The contact has no e-mail address."))
    RECIPIENT_CHANGED = ("gate_recipient_changed", gettext_noop("The contact's address changed after the release."))
    NO_ADDRESS = ("gate_no_address", gettext_noop("The postal address is incomplete."))
    LANGUAGE_UNKNOWN = ("gate_language_unknown", gettext_noop("The recipient's language is not known."))
    SMALL_BALANCE = (
        "gate_small_balance",
        gettext_noop("%(amount_minor)s %(currency)s is under the minimum of %(minimum_minor)s: statement only."),
    )
    LEGAL_CLOCK = ("gate_legal_clock", gettext_noop("Not allowed before %(earliest_on)s."), True)
    LAW_DAYS_BETWEEN = (
        "gate_law_days_between",
        gettext_noop(
            "The rules for %(country)s ask for %(min_days)s days between two notices; the last was on %(last_on)s (%(source)s)."
        ),
        True,
    )
    LAW_CONTACTS_PER_WEEK = (
        "gate_law_contacts_per_week",
        gettext_noop("%(used)s contacts in seven days; the rules for %(country)s allow %(limit)s (%(source)s)."),
        True,
    )
    LAW_CALLS = (
        "gate_law_calls",
        gettext_noop("%(used)s calls in %(days)s days; the rules for %(country)s allow %(limit)s (%(source)s)."),
        True,
    )
    LAW_HOURS = (
        "gate_law_hours",
        gettext_noop(
            "It is %(local_time)s at the customer's place (%(zone)s); the rules for %(country)s allow %(hours)s (%(source)s)."
        ),
        True,
    )
    LAW_NO_BUSINESS_DAY = (
        "gate_law_no_business_day",
        gettext_noop(
            "%(local_day)s is no business day at the customer's place; the rules for %(country)s allow business days only (%(source)s)."
        ),
        True,
    )
    THIRD_PARTY_BARRED = (
        "gate_third_party_barred",
        gettext_noop("No third party may act or be named in %(country)s (%(source)s)."),
    )
    THIRD_PARTY_NAMED = (
        "gate_third_party_named",
        gettext_noop(
            "The edited text names a third party, which may not act in %(country)s: “%(found)s” (%(source)s)."
        ),
    )
    THIRD_PARTY_LICENCE = (
        "gate_third_party_licence",
        gettext_noop("A third party needs a licence in %(country)s, and nobody has confirmed one (%(source)s)."),
    )
    STEP_MISSING = ("gate_step_missing", gettext_noop("The step %(step)s must have been handed over before."), True)
    LAW_UNKNOWN = (
        "gate_law_unknown",
        gettext_noop("The rules of conduct for %(country)s are not collected; the safe default was taken."),
    )
    LAW_UNCONFIRMED = (
        "gate_law_unconfirmed",
        gettext_noop("Nobody has confirmed what is taken for the law of %(law)s on %(law_topic)s: %(source)s."),
    )
    TONE_THREAT = ("gate_tone_threat", gettext_noop("The edited text threatens: “%(found)s”."))
    TONE_VIOLENCE = ("gate_tone_violence", gettext_noop("The edited text threatens with force: “%(found)s”."))
    TONE_CRIMINAL = (
        "gate_tone_criminal",
        gettext_noop("The edited text uses the police or a criminal complaint to press: “%(found)s”."),
    )
    TONE_BLAME = ("gate_tone_blame", gettext_noop("The edited text blames: “%(found)s”."))
    TONE_SHAMING = ("gate_tone_shaming", gettext_noop("The edited text shames: “%(found)s”."))
    TONE_INSULT = ("gate_tone_insult", gettext_noop("The edited text insults: “%(found)s”."))
    TONE_PRESSURE = ("gate_tone_pressure", gettext_noop("The edited text presses: “%(found)s”."))
    TONE_FALSE_CLAIM = (
        "gate_tone_false_claim",
        gettext_noop("The edited text claims what is not so in law: “%(found)s”."),
    )
    TONE_DISCLOSURE = ("gate_tone_disclosure", gettext_noop("The edited text speaks of telling others: “%(found)s”."))
    TONE_EXPOSURE = (
        "gate_tone_exposure",
        gettext_noop("The edited text brings in family or employer: “%(found)s”."),
    )
    COPY_MISSING = ("gate_copy_missing", gettext_noop("A copy is missing: %(copy_kind)s for %(documents)s."))
    COPY_MISSING_WIDE = ("gate_copy_missing_wide", gettext_noop("A copy is missing: %(copy_kind)s of the customer."))
    COPY_WITHDRAWN = (
        "gate_copy_withdrawn",
        gettext_noop("Files in the message that were taken back after the release: %(count)s."),
    )
    SECOND_PERSON = ("gate_second_person", gettext_noop("A second person has to approve this message."), True)
    DAILY_CAP = (
        "gate_daily_cap",
        gettext_noop("%(used)s messages left the house today; the policy allows %(limit)s."),
        True,
    )
    DRY_RUN = ("gate_dry_run", gettext_noop("The policy is in dry run: nothing leaves the house."), True)


class DeliveryReason(ContactReason):
    """What happened on the way out."""

    QUEUED = ("delivery_queued", gettext_noop("Message queued: %(subject)s."))
    HANDED_OVER = ("delivery_handed_over", gettext_noop("Message handed over: %(subject)s."))
    TEMPORARY = ("delivery_temporary", gettext_noop("The server asks to try again later: %(detail)s."), True)
    UNREACHABLE = ("delivery_unreachable", gettext_noop("The mail server cannot be used: %(detail)s."), True)
    NO_SENDER = (
        "delivery_no_sender",
        gettext_noop(
            "No sender address is set: give the company an e-mail address, or set FAIRDUE_MAIL_FROM; then send again."
        ),
        True,
    )
    REFUSED = ("delivery_refused", gettext_noop("The server refused the message: %(detail)s."))
    ADDRESS_REFUSED = (
        "delivery_address_refused",
        gettext_noop("The server refused the address %(address)s: %(detail)s."),
    )
    NOT_DRAWN = ("delivery_not_drawn", gettext_noop("The message cannot be built: %(detail)s."))
    UNCERTAIN = (
        "delivery_uncertain",
        gettext_noop(
            "The connection or the program ended while the message was handed over (%(detail)s): it may have left."
        ),
    )
    RETURNED_TO_QUEUE = (
        "delivery_returned",
        gettext_noop("A stopped attempt had not handed the message over; it is queued again."),
    )
    FOUND = (
        "delivery_found",
        gettext_noop("A stopped attempt had handed the message over: it was found at its target."),
    )
    TRIED_ENOUGH = ("delivery_tried_enough", gettext_noop("%(attempts)s attempts failed."))
    BOUNCED = ("delivery_bounced", gettext_noop("Mail to %(address)s came back: %(detail)s."))
    POSTING_MISSING = (
        "posting_missing",
        gettext_noop("The letter was handed over on %(handed_over_on)s; its posting is not recorded."),
    )
    POSTED = ("delivery_posted", gettext_noop("Posting recorded: %(posted_on)s %(tracking_no)s."))
    CANCELLED = ("delivery_cancelled", gettext_noop("Message cancelled."))
    RESOLVED_SENT = ("delivery_resolved_sent", gettext_noop("A person found out that the message had left."))
    RESOLVED_NOT_SENT = (
        "delivery_resolved_not_sent",
        gettext_noop("A person found out that the message had not left."),
    )


class EventReason(ContactReason):
    """What a debtor or a colleague did."""

    LINK_MADE = ("link_made", gettext_noop("A link was made; it opens through %(expires_on)s."))
    LINK_REVOKED = ("link_revoked", gettext_noop("The link was revoked."))
    ANSWER_RECEIVED = ("answer_received", gettext_noop("The debtor confirms receipt."))
    ANSWER_APPROVED = ("answer_approved", gettext_noop("The debtor confirms receipt and approves."))
    ANSWER_WRONG = ("answer_wrong", gettext_noop("The debtor says that something is wrong."))
    ANSWER_ALREADY_PAID = ("answer_already_paid", gettext_noop("The debtor says that it has paid."))
    ANSWER_MESSAGE = ("answer_message", gettext_noop("The debtor wrote a message."))
    REPLY = ("reply_received", gettext_noop("A reply came in: %(subject)s."))
    OUT_OF_OFFICE = ("reply_out_of_office", gettext_noop("An automatic reply came in: %(subject)s."))
    NOTE = ("note", gettext_noop("Note"))
    CALL = ("call", gettext_noop("Call"))
    TASK_DONE = ("task_done", gettext_noop("Task done: %(outcome)s."))
    MAIL_READ = ("mail_read", gettext_noop("A reply was read: %(subject)s."))
    PROPOSED = ("change_proposed", gettext_noop("A mail asks for a change: %(subject)s."))
    CHANGE_ACCEPTED = ("change_accepted", gettext_noop("The change that a mail asked for was made."))
    CHANGE_REFUSED = ("change_refused", gettext_noop("The change that a mail asked for was refused: %(note)s."))
    NEW_RECIPIENT = ("recipient_wanted", gettext_noop("A reply says that somebody else is to be written to."))
    MAILBOX_FAILED = (
        "mailbox_failed",
        gettext_noop("The mailbox could not be read; replies may wait there unread: %(error)s"),
    )
    COPY_WANTED = ("copy_wanted", gettext_noop("A reply asks for copies of invoices."))


class ThreadReason(ContactReason):
    """Why an inbound mail belongs to a customer and a message, or why nobody but a person can say."""

    MESSAGE_ID = ("thread_message_id", gettext_noop("It answers our message of %(on)s by its Message-ID."))
    INNER_ID = ("thread_inner_id", gettext_noop("It holds or quotes our message of %(on)s."))
    LINK = ("thread_link", gettext_noop("It quotes the customer's link from one of our letters."))
    PAYMENT_REFERENCE = ("thread_payment_reference", gettext_noop("It names the payment reference %(number)s."))
    NOTICE = ("thread_notice", gettext_noop("It names our letter %(number)s."))
    DOCUMENT = ("thread_document", gettext_noop("It names the document %(number)s."))
    ADDRESS = ("thread_address", gettext_noop("%(address)s is a contact of this customer."))
    FORWARDED = ("thread_forwarded", gettext_noop("It forwards a mail of %(address)s, a contact of this customer."))
    DOMAIN = ("thread_domain", gettext_noop("Only this customer has contacts at %(domain)s."))
    DOMAIN_SEVERAL = ("thread_domain_several", gettext_noop("%(customers)s customers have contacts at %(domain)s."))
    NAMED = ("thread_named", gettext_noop("It names “%(name)s”."))
    HINT = ("thread_hint", gettext_noop("It holds “%(number)s”, which may be the number of a document."))
    NOTHING_KNOWN = ("thread_nothing", gettext_noop("Nothing in it is known to the ledger."))
    SEVERAL = ("thread_several", gettext_noop("What it names points to %(customers)s customers."))
    TOO_LITTLE = ("thread_too_little", gettext_noop("What it names is too little to be sure."))
    BY_PERSON = ("thread_by_person", gettext_noop("%(name)s assigned it."))
    TOO_LARGE = ("thread_too_large", gettext_noop("The mail was not read as a whole: %(detail)s"))


_WAITS = frozenset(
    member.code
    for enum in (GateReason, DeliveryReason)
    for member in enum
    if isinstance(member, ContactReason) and member.waits
)


def waits(reason: Reason) -> bool:
    """Tell whether a reason passes by waiting (quiet hours, contact budget, old bank data), so that the message stays queued."""
    return reason.code in _WAITS
