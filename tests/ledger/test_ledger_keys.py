"""The master key and what it guards."""

from __future__ import annotations

import stat

import pytest
from django.core.exceptions import ImproperlyConfigured

from fairdue.ledger import keys, sealed, store


@pytest.mark.django_db
def test_the_key_file_is_made_once_and_read_by_its_owner_only(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "new"
    first = keys.master_key()
    keys._master.cache_clear()
    assert keys.master_key() == first
    path = tmp_path / "new" / "master.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["master.key"]


def test_a_key_is_taken_from_the_environment_or_a_command(settings):
    settings.FAIRDUE_MASTER_KEY = "ab" * 32
    assert keys.master_key() == bytes.fromhex("ab" * 32)
    settings.FAIRDUE_MASTER_KEY, settings.FAIRDUE_MASTER_KEY_COMMAND = "", "printf " + "cd" * 32
    assert keys.master_key() == bytes.fromhex("cd" * 32)


@pytest.mark.parametrize(
    ("key", "command"), [("short", ""), ("", "false"), ("", "no-such-command-here"), ("", "echo x")]
)
def test_a_key_that_is_none_is_refused(settings, key, command):
    settings.FAIRDUE_MASTER_KEY, settings.FAIRDUE_MASTER_KEY_COMMAND = key, command
    with pytest.raises(ImproperlyConfigured):
        keys.master_key()


def test_another_master_key_opens_nothing(settings):
    settings.FAIRDUE_MASTER_KEY = "ab" * 32
    key, wrapped = keys.new_key()
    sealed = keys.seal(key, b"Dear Anna")
    assert b"Anna" not in sealed
    assert keys.unseal(keys.unwrap(wrapped), sealed) == b"Dear Anna"
    assert keys.show(keys.hide(("Anna",))) == ("Anna",)
    one = keys.mark("email", "Anna@Example.org ")
    assert one == keys.mark("email", "anna@example.org") != keys.mark("name", "anna@example.org")
    settings.FAIRDUE_MASTER_KEY = "cd" * 32
    with pytest.raises(keys.KeyGone):
        keys.unwrap(wrapped)
    with pytest.raises(keys.KeyGone):
        keys.unwrap("")
    assert keys.mark("email", "anna@example.org") != one


@pytest.fixture
def kept(company, settings, tmp_path) -> str:
    """A stored file, sealed under the installation's first master key."""
    settings.DATA_DIR = tmp_path / "data"
    return store.put(company.pk, b"letter")


@pytest.mark.django_db
def test_a_lost_key_is_not_replaced_in_silence(company, kept, settings, tmp_path):
    """A restore on a new machine brings the database and not the key: nothing is sealed until the key is put back."""
    path = tmp_path / "data" / "master.key"
    path.rename(tmp_path / "aside")
    keys._master.cache_clear()
    with pytest.raises(ImproperlyConfigured, match="missing"):
        store.put(company.pk, b"second")
    assert not path.exists()
    (tmp_path / "aside").rename(path)
    store.put(company.pk, b"second")
    assert store.get(company.pk, kept) == b"letter"


@pytest.mark.django_db
def test_nothing_is_sealed_under_a_second_key(company, kept, settings):
    """A second machine on the same database has a key of its own: it may neither store files nor seal texts."""
    settings.FAIRDUE_MASTER_KEY = "ab" * 32
    for write in (lambda: store.put(company.pk, b"second"), lambda: sealed.seal("text")):
        with pytest.raises(ImproperlyConfigured, match="not the master key"):
            write()


@pytest.mark.django_db
def test_a_file_that_no_longer_opens_is_mended_by_bringing_it_again(company, kept, settings, tmp_path):
    from fairdue.ledger import keystore
    from fairdue.ledger.models import SealedFile

    row = SealedFile.objects.get(sha256=kept)
    keystore.opened().destroy([row.stored_sha256])
    keystore.opened().put([(row.stored_sha256, "00" * 60)])
    with pytest.raises(store.BlobError):
        store.get(company.pk, kept)
    assert store.put(company.pk, b"letter") == kept
    assert store.get(company.pk, kept) == b"letter"
