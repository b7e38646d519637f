"""Under a wrong master key nothing opens its doors: said at the start, and not at the first letter."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.kill
COMMANDS = (("run",), ("doctor-data",), ("serve", "--port", "0"))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one[0])
def test_another_master_key_stops_the_command_at_its_start(fairdue, command):
    fairdue("release", "--all")
    fairdue("send")
    (fairdue.folder / "master.key").write_text("5" * 64 + "\n")
    said = fairdue(*command, code=1)
    assert "This is not the master key that this database was sealed with." in " ".join(said.split())


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one[0])
def test_a_key_store_of_another_master_key_stops_the_command_at_its_start(fairdue, command, tmp_path):
    from fairdue.ledger.keystore import KeyStore

    fairdue("release", "--all")
    other = KeyStore(f"sqlite:///{tmp_path}/other.sqlite3")
    other.put([("a" * 64, "00" * 60)])
    other.close()
    said = fairdue(*command, code=1, FAIRDUE_KEYS_URL=f"sqlite:///{tmp_path}/other.sqlite3")
    assert "was filled under another master key" in " ".join(said.split())
    assert (fairdue.folder / "master.key").exists()


def test_where_nothing_was_sealed_no_key_is_asked_for(acme):
    acme("doctor-data")
    assert not (acme.folder / "master.key").exists()
