"""The register of stored files. The bytes lie in the data folder under their hash (see ``contact.blobs``)."""

from __future__ import annotations

from django.db import models

from fairdue.people.models import Company


class StoredBlob(models.Model):
    """A file that a company owns, by content. Two messages with the same bytes share one row and one file."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "contact_stored_blob"
        constraints = [models.UniqueConstraint(fields=["company", "sha256"], name="one_blob_per_content")]
