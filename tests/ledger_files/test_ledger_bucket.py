"""The optional bucket, against a local S3-compatible server."""

from __future__ import annotations

import hashlib

import pytest
from django.core.exceptions import ImproperlyConfigured

from fairdue.ledger import store
from fairdue.ledger.models import SealedFile
from fairdue.ledger.store.s3 import bucket_store

boto3 = pytest.importorskip("boto3")
server = pytest.importorskip("moto.server")
pytestmark = pytest.mark.django_db
DATA = b"%PDF-1.7 in a bucket"
SHA = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(scope="module")
def endpoint():
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def client(endpoint, monkeypatch, settings, tmp_path):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    made = boto3.client("s3", endpoint_url=endpoint, region_name="eu-central-1")
    name = f"files-{tmp_path.name.replace('_', '-').lower()}"
    made.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    settings.FAIRDUE_BLOB_URL = f"s3://{name}/kept?endpoint={endpoint}&region=eu-central-1"
    settings.DATA_DIR = tmp_path
    made.name = name
    return made


def test_bytes_lie_in_the_bucket_by_their_hash_and_nowhere_on_disk(company, client, tmp_path):
    assert store.put(company.pk, DATA) == store.put(company.pk, DATA) == SHA
    listed = client.list_objects_v2(Bucket=client.name)["Contents"]
    sealed = SealedFile.objects.get(sha256=SHA).stored_sha256
    assert [one["Key"] for one in listed] == [f"kept/{sealed[:2]}/{sealed[2:4]}/{sealed}"]
    assert store.get(company.pk, SHA) == DATA
    assert {path.name for path in tmp_path.rglob("*")} <= {"master.key", "keys.sqlite3", "keys.sqlite3-journal"}


def test_an_erased_file_is_gone_from_the_bucket_and_its_key_with_it(company, client):
    store.put(company.pk, DATA)
    assert store.remove(company.pk, SHA)
    assert "Contents" not in client.list_objects_v2(Bucket=client.name)
    with pytest.raises(store.BlobError, match="erased with the person"):
        store.get(company.pk, SHA)
    assert not store.remove(company.pk, SHA)


def test_a_missing_or_changed_object_is_told_apart_from_a_server_out_of_reach(company, client, settings):
    with pytest.raises(store.BlobError, match="missing"):
        store.get(company.pk, SHA)
    store.put(company.pk, DATA)
    sealed = SealedFile.objects.get(sha256=SHA).stored_sha256
    client.put_object(Bucket=client.name, Key=f"kept/{sealed[:2]}/{sealed[2:4]}/{sealed}", Body=b"forged")
    with pytest.raises(store.BlobError, match="changed"):
        store.get(company.pk, SHA)
    assert store.put(company.pk, DATA) == SHA
    assert store.get(company.pk, SHA) == DATA
    settings.FAIRDUE_BLOB_URL = "s3://nowhere-at-all?endpoint=http://127.0.0.1:9&region=eu-central-1"
    with pytest.raises(store.StoreUnreachable):
        store.put(company.pk, DATA)


@pytest.mark.parametrize("url", ["https://bucket/x", "s3://", "s3://bucket?secret=1"])
def test_a_wrong_address_is_named(url):
    with pytest.raises(ImproperlyConfigured, match="FAIRDUE_BLOB_URL"):
        bucket_store(url)
