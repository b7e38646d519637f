"""Stored files in a bucket of an S3-compatible service, by boto3 (the optional extra ``s3``).

``s3://bucket/prefix?endpoint=https://minio.example&region=eu-central-1``; keys and tokens come from where boto3 looks for them
(``AWS_ACCESS_KEY_ID`` and ``AWS_SECRET_ACCESS_KEY``, a profile, the machine's role), never from this address.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import ImproperlyConfigured

ABSENT = frozenset({"404", "NoSuchKey", "NotFound"})
TIMEOUT_S = 20
ATTEMPTS = 4


class StoreUnreachable(OSError):
    """The service cannot be reached or refuses us now: nothing is known of the file, and it is tried again later."""


@dataclass(frozen=True, slots=True)
class BucketStore:
    """Objects ``<prefix>ab/cd/<sha256>`` in one bucket."""

    client: Any
    bucket: str
    prefix: str

    def where(self, sha256: str) -> str:
        """Give where the bytes of a hash lie."""
        return f"s3://{self.bucket}/{self._key(sha256)}"

    def _key(self, sha256: str) -> str:
        return f"{self.prefix}{sha256[:2]}/{sha256[2:4]}/{sha256}"

    def has(self, sha256: str, size_bytes: int) -> bool:
        """Tell whether an object of this hash and size is there. Raises StoreUnreachable."""
        found = self._ask("head_object", Key=self._key(sha256))
        return found is not None and found["ContentLength"] == size_bytes

    def write(self, sha256: str, data: bytes) -> None:
        """Put the object; the service checks the sum before it shows it. Raises StoreUnreachable."""
        checksum = base64.b64encode(bytes.fromhex(sha256)).decode()
        if self._ask("put_object", Key=self._key(sha256), Body=data, ChecksumSHA256=checksum) is None:
            raise StoreUnreachable(f"{self.where(sha256)}: no such bucket")

    def read(self, sha256: str) -> bytes | None:
        """Give the bytes, or None where there is no such object. Raises StoreUnreachable."""
        found = self._ask("get_object", Key=self._key(sha256))
        if found is None:
            return None
        try:
            return bytes(found["Body"].read())
        except Exception as error:
            raise StoreUnreachable(f"{self.where(sha256)}: {error}") from error

    def remove(self, sha256: str) -> bool:
        """Take the object away; tells whether there was one. Old versions of it, where the bucket keeps any, stay sealed."""
        there = self._ask("head_object", Key=self._key(sha256)) is not None
        self._ask("delete_object", Key=self._key(sha256))
        return there

    def names(self, before: float) -> Iterator[str]:
        """Give the names of all objects written before a moment. Raises StoreUnreachable."""
        after: dict[str, str] = {}
        while True:
            found = self._ask("list_objects_v2", Prefix=self.prefix, **after) or {}
            for one in found.get("Contents", ()):
                if one["LastModified"].timestamp() < before:
                    yield str(one["Key"]).rpartition("/")[2]
            if not found.get("IsTruncated"):
                return
            after = {"ContinuationToken": str(found["NextContinuationToken"])}

    def _ask(self, operation: str, **arguments: Any) -> dict[str, Any] | None:
        """Call the service; None where the object is absent. Anything else that fails is the service's, not the file's."""
        try:
            return dict(getattr(self.client, operation)(Bucket=self.bucket, **arguments))
        except Exception as error:
            answer = getattr(error, "response", None) or {}
            if str(answer.get("Error", {}).get("Code")) in ABSENT:
                return None
            raise StoreUnreachable(f"s3://{self.bucket}: {error}") from error


def bucket_store(url: str) -> BucketStore:
    """Open the bucket of an ``s3://`` address. Raises ImproperlyConfigured for a bad address or without boto3."""
    parts = urlsplit(url)
    if parts.scheme != "s3" or not parts.hostname:
        raise ImproperlyConfigured(f"FAIRDUE_BLOB_URL is {url!r}; write s3://bucket/prefix?endpoint=…&region=…")
    try:
        import boto3
        from botocore.config import Config
    except ImportError:
        raise ImproperlyConfigured("FAIRDUE_BLOB_URL needs boto3: pip install 'fairdue[s3]'") from None
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if unknown := sorted(set(asked) - {"endpoint", "region"}):
        raise ImproperlyConfigured(
            f"FAIRDUE_BLOB_URL: {', '.join(unknown)} is not known; there are endpoint and region"
        )
    style = {"addressing_style": "path"} if "endpoint" in asked else {}
    client = boto3.client(
        "s3",
        endpoint_url=asked.get("endpoint"),
        region_name=asked.get("region"),
        config=Config(
            connect_timeout=TIMEOUT_S, read_timeout=TIMEOUT_S, s3=style,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        ),
    )  # fmt: skip
    prefix = parts.path.strip("/")
    return BucketStore(client, parts.netloc, f"{prefix}/" if prefix else "")
