"""Why cover asks for something. Codes are stored; the entrances translate the texts. Amounts are minor units of ``currency``."""

from __future__ import annotations

from fairdue.kernel.reasons import ReasonCode, gettext_noop


class CoverReason(ReasonCode):
    """Reasons of tasks, effects and published facts."""

    NOTIFY = (
        "cover.notify",
        gettext_noop(
            "Report the overdue amount to %(insurer)s (policy %(policy)s) by %(deadline_on)s; act by %(act_by)s. At "
            "risk: %(at_risk_minor)s %(currency)s."
        ),
    )
    CLAIM = (
        "cover.claim",
        gettext_noop(
            "File the claim with %(insurer)s (policy %(policy)s) by %(deadline_on)s; act by %(act_by)s. At risk: "
            "%(at_risk_minor)s %(currency)s."
        ),
    )
    EXTENSION = (
        "cover.extension",
        gettext_noop(
            "Due dates were moved beyond %(deadline_on)s, the last day that %(insurer)s (policy %(policy)s) allows "
            "without its consent. At risk: %(at_risk_minor)s %(currency)s."
        ),
    )
    STOP = (
        "cover.stop",
        gettext_noop(
            "Shipments from %(deadline_on)s on are not covered by %(insurer)s (policy %(policy)s) until the overdue "
            "%(at_risk_minor)s %(currency)s are paid."
        ),
    )
    NOTIFY_MISSED = (
        "cover.notify_missed",
        gettext_noop(
            "The deadline to report the overdue amount to %(insurer)s (policy %(policy)s) passed on %(deadline_on)s. "
            "At risk: %(at_risk_minor)s %(currency)s."
        ),
    )
    CLAIM_MISSED = (
        "cover.claim_missed",
        gettext_noop(
            "The deadline for the claim with %(insurer)s (policy %(policy)s) passed on %(deadline_on)s. At risk: "
            "%(at_risk_minor)s %(currency)s."
        ),
    )
    CONSENT_NEEDED = (
        "cover.consent_needed",
        gettext_noop(
            "%(insurer)s (policy %(policy)s) wants to be asked before a plan or an extension when more than "
            "%(above_minor)s %(currency)s is open; %(open_minor)s %(currency)s is."
        ),
    )
    NOTIFIED = (
        "cover.notified",
        gettext_noop("The overdue amount was reported to the insurer, reference %(reference)s."),
    )
    CLAIMED = ("cover.claimed", gettext_noop("The claim was filed with the insurer, reference %(reference)s."))
    CONSENT = ("cover.consent", gettext_noop("The insurer consents until %(until)s, reference %(reference)s."))
