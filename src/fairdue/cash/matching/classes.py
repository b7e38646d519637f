"""Evidence classes: what bears an answer. Each has a record of its own, which governs posting (rules 18 and 19)."""

from __future__ import annotations

from enum import StrEnum


class Evidence(StrEnum):
    """The classes, from the strongest. Those in ``NEVER`` wait whatever their record says: a person should see them."""

    REFERENCE = "reference"
    """A structured reference, or its like, and the amount."""
    NUMBER = "number"
    """Numbers as printed, and the amount."""
    NUMBER_DAMAGED = "number_damaged"
    """Numbers with marks, misread signs or without zeros, or a range; the payer agrees and the amount too."""
    NUMBER_UNEQUAL = "number_unequal"
    """One number, the payer agrees, and the amount is another: discount, charges, tax, part, overpayment, paid again."""
    ADVICE = "advice"
    ADVICE_UNSURE = "advice_unsure"
    """An advice of an unknown sender, or of which lines could not be read."""
    PAYER_ITEM = "payer_item"
    """Nothing named; the payer, and only one item with this amount."""
    PAYER_SUM = "payer_sum"
    """Nothing named; the payer, and only one tight set with this sum."""
    RETURN = "return"
    NOBODY = "nobody"
    NOBODY_BY_NAME = "nobody_by_name"
    """The words say that it is no customer's money, and the name is a customer's."""
    NUMBER_UNKNOWN_PAYER = "number_unknown_payer"
    """A damaged number with the amount, and nobody known as the payer."""
    NUMBER_OTHER_PAYER = "number_other_payer"
    NUMBER_SEVERAL_UNEQUAL = "number_several_unequal"
    """Several numbers that do not add up to the amount."""
    NUMBER_UNEQUAL_UNKNOWN = "number_unequal_unknown"
    """A number, another amount, and the payer is not known to be the customer."""
    NUMBER_AND_OTHERS = "number_and_others"
    """More than the numbers named, and other items make up the rest."""
    NUMBER_OR_AMOUNT = "number_or_amount"
    """A number whose item has another amount or currency, and other open items have just this amount."""
    PAYER_DISCOUNT = "payer_discount"
    PAYER_SHARED = "payer_shared"
    """One of several namesakes has an item of this amount."""
    PAYER_WEAK = "payer_weak"
    """The payer is known by a cut name or a name that paid before only."""
    PAYER_LOOSE = "payer_loose"
    """A set that may fit by chance."""
    PAYER_ONLY = "payer_only"
    """The payer is known, and nothing fits: money on account, to be looked at."""
    TIE = "tie"
    UNKNOWN = "unknown"


NEVER = frozenset({Evidence.PAYER_ONLY, Evidence.TIE, Evidence.UNKNOWN, Evidence.NUMBER_SEVERAL_UNEQUAL})
