"""What this room keeps of its own: failed sign-ins, so that guessing is slow on any number of server processes."""

from __future__ import annotations

from django.db import models


class SignInFailure(models.Model):
    """One failed sign-in. ``key`` is a keyed hash of user name or address: the table says nothing to its reader."""

    key = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["key", "at"], name="sign_in_failure_by_key")]
