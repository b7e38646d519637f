"""Whether the master key at hand fits what is sealed, asked when the house opens and not only at the first sealing."""

from __future__ import annotations

import hmac

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext

from fairdue.ledger import keys, keystore
from fairdue.ledger.models import KeyCheck


def check_keys() -> None:
    """Hold the master key against the database's check value and against the newest key of the key store; changes nothing.

    Where nothing was ever sealed there is nothing to fit, and no key is made. Raises ImproperlyConfigured with what to do.
    """
    known = KeyCheck.objects.order_by("pk").values_list("value", flat=True).first()
    newest = keystore.opened().newest()
    if known and not hmac.compare_digest(known, keys.check_value()):
        raise ImproperlyConfigured(keys.other_key())
    if newest and not keys.opens(newest):
        told = gettext(
            "The key store %(place)s was filled under another master key. Put the right one back, or the key store that belongs"
            " to this one: FAIRDUE_KEYS_URL."
        )
        raise ImproperlyConfigured(told % {"place": keystore.opened().place})
