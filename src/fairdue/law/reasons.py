"""Reasons of the law room: why a law, a rule, a rate or a date was taken or refused."""

from __future__ import annotations

from fairdue.kernel.reasons import ReasonCode, gettext_noop


class LawReason(ReasonCode):
    """Codes with their texts; values in the text are filled by the entrances."""

    LAW_AGREED = ("law.agreed", gettext_noop("The parties agreed on the law of %(law)s."))
    LAW_ROME_I = (
        "law.rome_i_goods",
        gettext_noop("No law was agreed; for goods the law of the seller's place applies: %(law)s (Rome I, 4(1)(a))."),
    )
    LAW_SELLER = ("law.seller", gettext_noop("No law was agreed; the law of the seller's place is taken: %(law)s."))
    LAW_AGREED_UNREADABLE = (
        "law.agreed_unreadable",
        gettext_noop("The agreed law “%(text)s” is not a country or state code; it must be entered first."),
    )
    LAW_UNKNOWN = ("law.unknown", gettext_noop("The seller's country is not known, so no law can be named."))
    CISG = (
        "law.cisg",
        gettext_noop(
            "Cross-border sale of goods: the UN sales convention gives interest without reminder, at no rate."
        ),
    )
    SUBDIVISION_NEEDED = (
        "law.subdivision_needed",
        gettext_noop("The rule of %(law)s depends on the state or province, which is not known."),
    )
    RULE_TAKEN = ("law.rule_taken", gettext_noop("Rule %(regime)s applies: %(citation)s."))
    RULE_MISSING = ("law.rule_missing", gettext_noop("No rule on late interest is collected for %(law)s."))
    RULE_NOT_IN_FORCE = (
        "law.rule_not_in_force",
        gettext_noop("Rule %(regime)s covers %(valid_by)s dates from %(valid_from)s to %(valid_to)s only."),
    )
    DATE_ASSUMED = (
        "law.date_assumed",
        gettext_noop("The contract's date is not known; the due date stands in for it when choosing the rule."),
    )
    CONDITION_NOT_MET = (
        "law.condition_not_met",
        gettext_noop("Rule %(regime)s does not apply: %(condition)s is not so."),
    )
    CONDITION_UNKNOWN = (
        "law.condition_unknown",
        gettext_noop("Rule %(regime)s cannot be claimed yet: it is not known whether %(condition)s."),
    )
    LOW_CONFIDENCE = (
        "law.low_confidence",
        gettext_noop("Rule %(regime)s is not well enough sourced to be used."),
    )
    COURT_ONLY = (
        "law.court_only",
        gettext_noop("Under %(regime)s only a court awards interest; none is claimed here."),
    )
    CAP_ONLY = (
        "law.cap_only",
        gettext_noop("Under %(regime)s the figure is an upper limit, not a right; none is claimed without agreement."),
    )
    NO_INTEREST = ("law.no_interest", gettext_noop("The law of %(law)s knows no late interest; none is computed."))
    NO_RATE = ("law.no_rate", gettext_noop("The rate of rule %(regime)s is not collected; the interest is unknown."))
    RATE_UNVERIFIED = (
        "law.rate_unverified",
        gettext_noop(
            "The rate series %(series)s is verified through %(verified_through)s only; unknown from %(from_on)s."
        ),
    )
    RATE_GAP = ("law.rate_gap", gettext_noop("The rate series %(series)s has no value for %(on)s."))
    RATE_LOW_CONFIDENCE = (
        "law.rate_low_confidence",
        gettext_noop("The value of series %(series)s on %(on)s is not well enough sourced to be used."),
    )
    IN_DUPLUM = (
        "law.in_duplum",
        gettext_noop("Unpaid interest has reached the capital on %(on)s and stops there (in duplum rule)."),
    )
    STOPPED = ("law.stopped", gettext_noop("Under %(regime)s interest stops after %(months)s months, on %(on)s."))
    BELOW_MINIMUM = (
        "law.below_minimum",
        gettext_noop("Under %(regime)s interest below %(minimum_minor)s minor units is not paid."),
    )
    NOTICE_NEEDED = (
        "law.notice_needed",
        gettext_noop("Under %(regime)s interest runs only after a demand; none is recorded."),
    )
    DELIVERY_NEEDED = (
        "law.delivery_needed",
        gettext_noop("Under %(regime)s the delivery date decides when interest starts; it is not known."),
    )
    NOT_YET_LATE = ("law.not_yet_late", gettext_noop("No interest day has passed yet."))
    CONTRACT_RATE = ("law.contract_rate", gettext_noop("The agreed rate of %(percent)s %% applies."))
    CONTRACT_CAPPED = (
        "law.contract_capped",
        gettext_noop(
            "The agreed rate of %(percent)s %% is above the limit; %(limit_percent)s %% is used (%(citation)s)."
        ),
    )
    CONTRACT_RAISED = (
        "law.contract_raised",
        gettext_noop(
            "The agreed rate of %(percent)s %% is below the legal minimum; %(limit_percent)s %% is used (%(citation)s)."
        ),
    )
    CONTRACT_SET_ASIDE = (
        "law.contract_set_aside",
        gettext_noop("The agreed rate of %(percent)s %% gives way to the statutory rate (%(citation)s)."),
    )
    CONTRACT_BARRED = (
        "law.contract_barred",
        gettext_noop("The law of %(law)s bars late interest; the agreed rate of %(percent)s %% is not charged."),
    )
    CONTRACT_LIMIT_UNKNOWN = (
        "law.contract_limit_unknown",
        gettext_noop("Whether the agreed rate of %(percent)s %% keeps the limit of %(citation)s cannot be checked."),
    )
    COMPENSATION_DUE = ("law.compensation_due", gettext_noop("Fixed compensation under %(citation)s."))
    COMPENSATION_NONE = ("law.compensation_none", gettext_noop("%(regime)s gives no fixed compensation."))
    COMPENSATION_UNKNOWN = (
        "law.compensation_unknown",
        gettext_noop("The fixed compensation of %(regime)s on %(on)s is not collected."),
    )
    COMPENSATION_NEEDS_RATE = (
        "law.compensation_needs_rate",
        gettext_noop("The compensation of %(regime)s needs the %(base)s/%(quote)s rate of %(on)s."),
    )
    COMPENSATION_LAPSED = (
        "law.compensation_lapsed",
        gettext_noop("The compensation of %(regime)s lapsed on %(on)s because it was not claimed in time."),
    )
    TERM_WITHIN = ("law.term_within", gettext_noop("The term of %(days)s days is within the law of %(law)s."))
    TERM_TOO_LONG = (
        "law.term_too_long",
        gettext_noop("The term of %(days)s days is longer than %(max_days)s days, which the law of %(law)s forbids."),
    )
    TERM_NEEDS_EXPRESS = (
        "law.term_needs_express",
        gettext_noop("More than %(max_days)s days must be agreed expressly and fairly under the law of %(law)s."),
    )
    TERM_UNKNOWN = ("law.term_unknown", gettext_noop("No maximum term is collected for %(law)s."))
    TERM_CONDITION_UNKNOWN = (
        "law.term_condition_unknown",
        gettext_noop("A cap of %(max_days)s days may apply in %(law)s: it is not known whether %(condition)s."),
    )
    LIMITATION_DATE = (
        "law.limitation_date",
        gettext_noop("The claim becomes time-barred after %(on)s: %(years)s years (%(source)s)."),
    )
    LIMITATION_UNKNOWN = (
        "law.limitation_unknown",
        gettext_noop("No limitation rule good enough to use is collected for %(law)s."),
    )
    LIMITATION_RESTARTED = ("law.limitation_restarted", gettext_noop("%(event)s on %(on)s starts the period anew."))
    LIMITATION_STOPPED = (
        "law.limitation_stopped",
        gettext_noop("%(event)s on %(on)s stops the period while it is pending."),
    )
    LIMITATION_UNAFFECTED = (
        "law.limitation_unaffected",
        gettext_noop("%(event)s on %(on)s does not affect the period in %(law)s."),
    )
    LIMITATION_POSTPONED = (
        "law.limitation_postponed",
        gettext_noop("%(event)s on %(on)s only postpones the end to %(until)s."),
    )
    LIMITATION_TOO_LATE = (
        "law.limitation_too_late",
        gettext_noop("%(event)s on %(on)s came after the period had ended."),
    )
    LIMITATION_NEEDS_ADVICE = (
        "law.limitation_needs_advice",
        gettext_noop("The effect of %(event)s on %(on)s in %(law)s must be checked by a lawyer; it is not counted."),
    )
    CONDUCT_UNKNOWN = (
        "law.conduct_unknown",
        gettext_noop("No rules of conduct are collected for %(law)s; the safe default holds."),
    )
    CONDUCT_THIRD_PARTY_FREE = (
        "law.conduct_third_party_free",
        gettext_noop("In %(law)s a third party may collect without a licence (%(source)s)."),
    )
    CONDUCT_THIRD_PARTY_LICENCE = (
        "law.conduct_third_party_licence",
        gettext_noop("In %(law)s a third party needs a licence, registration or mandate (%(source)s)."),
    )
    CONDUCT_THIRD_PARTY_BARRED = (
        "law.conduct_third_party_barred",
        gettext_noop("In %(law)s no third party may collect (%(source)s)."),
    )
    CONDUCT_THIRD_PARTY_UNCHECKED = (
        "law.conduct_third_party_unchecked",
        gettext_noop(
            "Whether a third party may collect in %(law)s is not collected; none acts before a person has checked (%(source)s)."
        ),
    )
    CONDUCT_CAP = (
        "law.conduct_cap",
        gettext_noop("The fee in %(law)s is %(amount_minor)s %(currency)s at most (%(source)s)."),
    )
    CONDUCT_NO_CAP = (
        "law.conduct_no_cap",
        gettext_noop("No cap for %(fee)s in %(law)s on %(on)s is collected; a fee cannot be cleared."),
    )
    FEE_ALLOWED = (
        "law.fee_allowed",
        gettext_noop("A fee of %(amount_minor)s %(currency)s is charged, within the cap of %(law)s (%(source)s)."),
    )
    FEE_REDUCED = (
        "law.fee_reduced",
        gettext_noop(
            "The fee of %(amount_minor)s %(currency)s is reduced to %(cap_minor)s %(currency)s, the cap of %(law)s (%(source)s)."
        ),
    )
    FEE_BARRED = (
        "law.fee_barred",
        gettext_noop(
            "The fee of %(amount_minor)s %(currency)s is not charged: %(law)s bars it for this customer (%(source)s)."
        ),
    )
    FEE_OTHER_CURRENCY = (
        "law.fee_other_currency",
        gettext_noop(
            "The fee of %(amount_minor)s %(currency)s is not charged: the cap of %(law)s is in %(capped)s (%(source)s)."
        ),
    )
    FEES_SPENT = (
        "law.fees_spent",
        gettext_noop(
            "The fee of %(amount_minor)s %(currency)s is not charged: in %(law)s %(most)s reminders may carry one (%(source)s)."
        ),
    )
