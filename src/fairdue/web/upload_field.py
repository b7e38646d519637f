"""The one field for files from outside: its size is looked at before anything reads it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _


class UploadField(forms.FileField):
    """A file of at most ``FAIRDUE_UPLOAD_MAX_MB``."""

    def to_python(self, data: Any) -> Any:
        """Refuse a file that is larger than the setting allows."""
        found = super().to_python(data)
        if found is not None and found.size > settings.FAIRDUE_UPLOAD_MAX_BYTES:
            raise forms.ValidationError(_("The file is too large."))
        return found
