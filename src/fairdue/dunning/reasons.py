"""Why a step is proposed, or why nothing is. Codes are stored; the entrances translate the texts."""

from __future__ import annotations

from fairdue.kernel.reasons import ReasonCode, gettext_noop


class DunningReason(ReasonCode):
    """Reasons of the rules, with the numbers behind them. Amounts are minor units of ``currency``."""

    STAGE_REACHED = (
        "dunning.stage_reached",
        gettext_noop("%(stage)s is due: the oldest item is %(days)s days overdue."),
    )
    BEFORE_DUE = ("dunning.before_due", gettext_noop("%(stage)s is due for %(items)s items before their due date."))
    ENTERED = (
        "dunning.entered",
        gettext_noop("Nothing was said yet at %(days)s days overdue: the policy enters at %(stage)s."),
    )
    CAUGHT_UP = ("dunning.caught_up", gettext_noop("%(stage)s was due %(days)s days ago and is caught up."))
    AGAIN = ("dunning.again", gettext_noop("Attempt %(attempt)s: the message before did not arrive."))
    NEW_ITEMS = (
        "dunning.new_items",
        gettext_noop("%(items)s items became overdue after the last notice and were not told yet."),
    )
    PROMISE_BROKEN = ("dunning.promise_broken", gettext_noop("A promise to pay by %(until)s was not kept."))
    PART_HELD = ("dunning.part_held", gettext_noop("%(amount)s %(currency)s is on hold and is not chased (%(holds)s)."))
    CREDIT_SET_AGAINST = (
        "dunning.credit_set_against",
        gettext_noop("Credits of %(amount)s %(currency)s are set against what is overdue."),
    )
    REPEATED = ("dunning.repeated", gettext_noop("%(stage)s repeats every %(days)s days."))

    NOTHING_DUE = ("dunning.nothing_due", gettext_noop("No step is due."))
    ALL_HELD = ("dunning.all_held", gettext_noop("Everything overdue is on hold (%(holds)s)."))
    COVERED_BY_CREDIT = (
        "dunning.covered_by_credit",
        gettext_noop("Credits and unapplied payments of %(amount)s %(currency)s cover what is overdue."),
    )
    BELOW_MINIMUM = (
        "dunning.below_minimum",
        gettext_noop("%(amount)s %(currency)s is below the policy's minimum of %(minimum)s %(currency)s."),
    )
    GAP = ("dunning.gap", gettext_noop("The last message was on %(last)s; %(stage)s keeps a gap of %(days)s days."))
    DEADLINE_RUNS = ("dunning.deadline_runs", gettext_noop("The deadline given runs until %(until)s."))
    REQUIRES = ("dunning.requires", gettext_noop("%(stage)s needs %(needed)s to be done first."))
    WAITING = (
        "dunning.waiting",
        gettext_noop("The message of %(stage)s has no recorded hand-over yet; the account waits."),
    )
    POSTPONED = ("dunning.postponed", gettext_noop("%(stage)s was postponed until %(until)s."))
    SKIPPED = ("dunning.skipped", gettext_noop("%(stage)s gave way to a later stage."))
    NO_RECIPIENT = ("dunning.no_recipient", gettext_noop("No contact or address for any channel of %(stage)s."))


class BranchReason(ReasonCode):
    """What a branch of the policy did, and the facts that met its tests, each with the number asked for."""

    FOLLOWS = ("branch.follows", gettext_noop("Branch %(branch)s: the policy %(policy)s is followed."))
    NO_POLICY = ("branch.no_policy", gettext_noop("Branch %(branch)s: there is no policy %(policy)s in force."))
    SKIPS = ("branch.skips", gettext_noop("Branch %(branch)s: %(stage)s is left out."))
    USES = ("branch.uses", gettext_noop("Branch %(branch)s: %(stage)s comes instead of %(instead)s."))
    DAYS = ("branch.days", gettext_noop("Branch %(branch)s: %(stage)s comes on day %(days)s."))
    TONE = ("branch.tone", gettext_noop("Branch %(branch)s: the tone of %(stage)s is %(tone)s."))
    CHANNELS = ("branch.channels", gettext_noop("Branch %(branch)s: %(stage)s goes by %(channels)s."))
    SENDER = ("branch.sender", gettext_noop("Branch %(branch)s: %(stage)s comes from %(sender)s."))
    DEADLINE = ("branch.deadline", gettext_noop("Branch %(branch)s: %(stage)s gives %(days)s days."))
    RELEASE = ("branch.release", gettext_noop("Branch %(branch)s: %(stage)s is released by %(release)s."))
    REQUIRES = ("branch.requires", gettext_noop("Branch %(branch)s: %(stage)s needs %(needed)s first."))
    ABSENT = ("branch.absent", gettext_noop("A fact of branch %(branch)s is not known; the policy takes it then."))

    GRADE = ("branch.grade", gettext_noop("Grade %(grade)s (branch: %(limit)s %(compared)s)."))
    PROBABILITY_LATE = (
        "branch.probability_late",
        gettext_noop("Probability of paying late %(value_ppm)s (branch: %(compared)s %(limit_ppm)s)."),
    )
    WARNING_LEVEL = ("branch.warning_level", gettext_noop("Warning level %(value)s (branch: %(compared)s %(limit)s)."))
    PAYMENT_INDEX = ("branch.payment_index", gettext_noop("Payment index %(value)s (branch: %(compared)s %(limit)s)."))
    DAYS_BEYOND_TERMS = (
        "branch.days_beyond_terms",
        gettext_noop("%(value)s days beyond terms (branch: %(compared)s %(limit)s)."),
    )
    DAYS_OVERDUE = ("branch.days_overdue", gettext_noop("%(value)s days overdue (branch: %(compared)s %(limit)s)."))
    SILENCE = ("branch.silence", gettext_noop("%(value)s contacts without any sign (branch: %(compared)s %(limit)s)."))
    DISPUTES = (
        "branch.disputes",
        gettext_noop("%(value)s disputes in twelve months (branch: %(compared)s %(limit)s)."),
    )
    DISPUTE_SHARE = (
        "branch.dispute_share",
        gettext_noop("%(value_ppm)s of the invoices of twelve months disputed (branch: %(compared)s %(limit_ppm)s)."),
    )
    UNFOUNDED_DISPUTES = (
        "branch.unfounded_disputes",
        gettext_noop("%(value)s disputes ended without a credit (branch: %(compared)s %(limit)s)."),
    )
    BROKEN_PROMISES = (
        "branch.broken_promises",
        gettext_noop("%(value)s broken promises in twelve months (branch: %(compared)s %(limit)s)."),
    )
    AMOUNT = ("branch.amount", gettext_noop("Amount %(amount)s %(currency)s (branch: %(compared)s %(limit_minor)s)."))
    KEY_ACCOUNT = ("branch.key_account", gettext_noop("Key account: %(yes_no)s."))
    NATURAL_PERSON = ("branch.natural_person", gettext_noop("Natural person: %(natural_person)s."))
    COUNTRY = ("branch.country", gettext_noop("The customer is in %(country)s."))
    RECEIPT = ("branch.receipt", gettext_noop("Receipt: %(receipt)s."))


class ReceiptReason(ReasonCode):
    """Why an invoice asks for a person before it is due: the customer rejected it, or is silent about it."""

    REJECTED = (
        "receipt.rejected",
        gettext_noop("On %(on)s the customer said that something is wrong with: %(documents)s."),
    )
    SILENT = ("receipt.silent", gettext_noop("Asked on %(on)s whether it arrived, no answer since: %(documents)s."))


class ReleaseReason(ReasonCode):
    """Why a release was refused, and what release decided about a letter."""

    OVERTAKEN = (
        "release.overtaken",
        gettext_noop(
            "Its items have passed their due day, or were put off, since it was proposed: another step has its turn."
        ),
    )
    NOTHING_LEFT = ("release.nothing_left", gettext_noop("Nothing is left to ask for: it was paid or put on hold."))
    ALREADY_DECIDED = ("release.already_decided", gettext_noop("The proposal is already %(state)s."))
    ALREADY_SAID = ("release.already_said", gettext_noop("This step was already released."))
    OVER_LIMIT = (
        "release.over_limit",
        gettext_noop("%(amount)s %(currency)s is above the limit you may release alone."),
    )
    SECOND_PERSON = ("release.second_person", gettext_noop("A second person has to release this, not %(first)s again."))
    FIRST_OF_TWO = ("release.first_of_two", gettext_noop("Released by %(first)s; a second person is needed."))
    NO_RATE_FOR_LIMIT = (
        "release.no_rate_for_limit",
        gettext_noop(
            "No exchange rate from %(currency)s to %(limit_currency)s is on file for %(on)s, so your release limit cannot be "
            "checked. Import the rates of that day, or let someone without a release limit release this."
        ),
    )
    BLOCKED = ("release.blocked", gettext_noop("The gate holds it back."))
    NO_LETTER = ("release.no_letter", gettext_noop("The letter cannot be drawn: %(error)s"))
    TONE = ("release.tone", gettext_noop("The edited text does not pass the tone check."))
    INTEREST_UNKNOWN = (
        "release.interest_unknown",
        gettext_noop("The interest rate for %(document)s is not known from %(from_on)s on; interest ends there."),
    )
    INTEREST_NOT_CLAIMABLE = (
        "release.interest_not_claimable",
        gettext_noop("No interest can be claimed on %(document)s yet."),
    )
    DEADLINE_MOVED = (
        "release.deadline_moved",
        gettext_noop("The deadline moved from %(asked)s to %(until)s (business day, or a country's minimum)."),
    )
    NO_OFFER_CONSENT = (
        "release.no_offer_consent",
        gettext_noop("No instalments are offered: the insurer wants to be asked before a plan."),
    )
    NO_OFFER_BEYOND = (
        "release.no_offer_beyond",
        gettext_noop(
            "No instalments are offered: they would run to %(until)s, and the insurer allows %(last_on)s at most."
        ),
    )
    CLAUSE_ABSENT = ("release.clause_absent", gettext_noop("No accepted terms on record: the letter cites no clause."))
    COPY_ABSENT = ("release.copy_absent", gettext_noop("No copy on file: %(copy_kind)s for %(documents)s."))
    COPY_ABSENT_WIDE = ("release.copy_absent_wide", gettext_noop("No copy on file: %(copy_kind)s of the customer."))
    COPY_UNREADABLE = ("release.copy_unreadable", gettext_noop("A copy that goes along cannot be read: %(error)s"))
    BANK_ABSENT = ("release.bank_absent", gettext_noop("No bank account in %(currency)s: the letter names none."))
    LANGUAGE_FALLBACK = (
        "release.language_fallback",
        gettext_noop("The letter is written in %(language)s: there is none in %(wanted)s."),
    )
    FORM_TAKEN = (
        "release.form_taken",
        gettext_noop("The letter says what %(law)s asks for (%(source)s; confidence: %(confidence)s)."),
    )
    FORM_WITHOUT_COURT = (
        "release.form_without_court",
        gettext_noop(
            "A demand before a court (%(law)s, %(source)s) says that the claim may go there. The policy's stage announces no court, so "
            "the letter does not say it."
        ),
    )
    FORM_UNSURE = (
        "release.form_unsure",
        gettext_noop(
            "%(law)s may ask for more (%(source)s); it is not well enough sourced to be printed. Please check it."
        ),
    )
    FORM_ENCLOSE = (
        "release.form_enclose",
        gettext_noop("Before it leaves, enclose the information sheet and the reply form of %(law)s (%(source)s)."),
    )
    FORM_PROOF = (
        "release.form_proof",
        gettext_noop("In %(law)s, send it so that its receipt can be proved (%(source)s; confidence: %(confidence)s)."),
    )
    CONTENT_ABSENT = (
        "release.content_absent",
        gettext_noop("The rules of %(country)s ask the letter to state: %(content)s. It does not (%(source)s)."),
    )
    THIRD_PARTY_DROPPED = (
        "release.third_party_dropped",
        gettext_noop(
            "The letter announces no collection service: in %(country)s none may act as things stand "
            "(%(source)s; confidence: %(confidence)s)."
        ),
    )
    COMPENSATION_CAPPED = (
        "release.compensation_capped",
        gettext_noop("The fixed compensation for %(document)s stops at %(amount)s %(currency)s (%(source)s)."),
    )
    COMPENSATION_UNSURE = (
        "release.compensation_unsure",
        gettext_noop(
            "A compensation of %(amount)s %(currency)s for %(document)s is not claimed: its limit is not well enough "
            "sourced (%(source)s)."
        ),
    )
    FEE_ABSORBED = (
        "release.fee_absorbed",
        gettext_noop(
            "The fee of %(amount_minor)s %(currency)s is not charged: fixed compensation stands for the same costs "
            "(Directive 2011/7/EU art. 6)."
        ),
    )
    CHARGED = (
        "release.charged",
        gettext_noop("%(charge_kind)s on %(document)s: %(amount_minor)s %(currency)s are charged (%(source)s)."),
    )
    CHARGED_BEFORE = (
        "release.charged_before",
        gettext_noop(
            "%(charge_kind)s on %(document)s: %(amount_minor)s %(currency)s of %(on)s are still open (%(source)s)."
        ),
    )
    NO_TITLE_RETAINED = (
        "release.no_title_retained",
        gettext_noop("No retention of title was accepted: the letter does not speak of one."),
    )
