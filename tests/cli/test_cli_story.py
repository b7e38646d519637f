"""The whole story on the command line: demo, look, release, send to a real server, prove, back up, restore."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.kill


def test_from_the_demonstration_to_the_proof(fairdue, mailbox, tmp_path):
    listed = fairdue("worklist", "--limit", "3")
    assert "Nordhafen Components GmbH" in listed
    assert "more; use --limit or --out" in listed
    assert "proposals wait" in fairdue("review", "--limit", "3")

    unknown = fairdue("release", "--all", "--stage", "friendly", code=1)
    assert "Nothing waits at the stage friendly. Waiting now: formal_notice (" in unknown
    assert unknown == fairdue("review", "--stage", "friendly", code=1)

    released = fairdue("release", "--all")
    count = int(re.search(r"^released: (\d+)", released, re.MULTILINE).group(1))
    assert count > 5
    assert "no mail server is set" in fairdue("send", "--dry-run") + fairdue("send")
    assert "no mail server is set" not in fairdue("send", FAIRDUE_SMTP_URL=f"smtp://127.0.0.1:{mailbox.port}")
    ids = [re.search(rb"(?im)^message-id:\s*(\S+)", mail).group(1) for mail in mailbox.mails]
    assert len(ids) == len(set(ids)) > 5
    fairdue("send", FAIRDUE_SMTP_URL=f"smtp://127.0.0.1:{mailbox.port}")
    assert len(mailbox.mails) == len(ids)

    assert "0 entries wait" not in fairdue("audit", "verify")
    assert "the same byte for byte" in fairdue("replay", "2026-10-30")
    second = fairdue("run", "--as-of", "2026-10-30")
    assert "Run 2026-10-30.2 is done" in second
    assert len(mailbox.mails) == len(ids)
    assert "the same byte for byte" in fairdue("replay", "2026-10-30.2")
    assert "There is no run 2020-01-01" in fairdue("replay", "2020-01-01", code=1)

    _proof_of_a_notice(fairdue, tmp_path)
    _tampering_is_found(fairdue)
    _backup_and_restore(fairdue, tmp_path)


def _proof_of_a_notice(fairdue, tmp_path) -> None:
    with sqlite3.connect(fairdue.folder / "fairdue.sqlite3") as connection:
        (number,) = connection.execute("SELECT number FROM dunning_notice ORDER BY id LIMIT 1").fetchone()
    connection.close()
    file, alone = tmp_path / "proof.pdf", tmp_path / "verify_proof.py"
    head = fairdue("proof", "make", number, "--out", str(file)).split()[-1]
    assert "CONFIRMED" in fairdue("proof", "verify", str(file), "--head", head)
    assert "INTACT" in fairdue("proof", "verify", str(file), code=3)
    assert "已否定" in fairdue(
        "proof", "verify", str(file), "--head", f"{head.partition(':')[0]}:{'0' * 64}", code=1, LANG="zh_CN.UTF-8"
    )
    anchors = sorted(fairdue.folder.glob("snapshots/*/*/audit-head.json"))
    fairdue("proof", "verify", str(file), "--head-file", str(anchors[-1]), code=0)
    fairdue("proof", "verifier", str(alone))
    done = subprocess.run(
        [sys.executable, "-I", str(alone), str(file), "--head", head], capture_output=True, check=False
    )
    assert done.returncode == 0
    assert "There is no notice" in fairdue("proof", "make", "X1", code=1)


def _tampering_is_found(fairdue) -> None:
    path = fairdue.folder / "fairdue.sqlite3"
    kept = path.read_bytes()
    for change in (
        "UPDATE ledger_audit_entry SET actor = 'somebody else' WHERE id = 5",
        "DELETE FROM ledger_audit_entry WHERE id = 5",
        "DELETE FROM ledger_audit_seal WHERE sequence > 12",
    ):
        with sqlite3.connect(path) as connection:
            triggers = connection.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'ledger_audit%'"
            ).fetchall()
            for name, _ in triggers:
                connection.execute(f"DROP TRIGGER {name}")
            connection.execute(change)
            for _, sql in triggers:
                connection.execute(sql)
        connection.close()
        assert "was tampered with" in fairdue("audit", "verify", code=1)
        for rest in ("-wal", "-shm"):
            Path(f"{path}{rest}").unlink(missing_ok=True)
        path.write_bytes(kept)
    assert "is whole" in fairdue("audit", "verify")


def _backup_and_restore(fairdue, tmp_path) -> None:
    target = tmp_path / "backup.zip"
    fairdue("backup", str(target))
    before = fairdue("worklist")
    for path in fairdue.folder.glob("fairdue.sqlite3*"):
        path.unlink()
    fairdue.folder.joinpath("snapshots").rename(tmp_path / "lost")
    assert "the audit chain is whole" in fairdue("restore", str(target))
    assert "is whole" in fairdue("audit", "verify")
    assert "the same byte for byte" in fairdue("replay", "2026-10-30")
    assert fairdue("worklist") == before
    assert "use --force" in fairdue("restore", str(target), code=1)
    fairdue("restore", str(target), "--force")
    with zipfile.ZipFile(target) as archive:
        database = archive.getinfo("database.sqlite3")
    damaged = bytearray(target.read_bytes())
    damaged[database.header_offset + database.compress_size // 2] ^= 1
    (tmp_path / "damaged.zip").write_bytes(damaged)
    assert "damaged" in fairdue("restore", str(tmp_path / "damaged.zip"), "--force", code=1)
    assert fairdue("worklist") == before


def test_ageing_statement_and_files(fairdue, tmp_path):
    today, past = fairdue("ageing"), fairdue("ageing", "--as-of", "2026-06-30")
    assert "EUR" in today
    assert today != past
    out = tmp_path / "ageing.csv"
    fairdue("ageing", "--as-of", "2026-06-30", "--out", str(out))
    lines = out.read_text("utf-8-sig").splitlines()
    assert len(lines) > 10
    fairdue("worklist", "--out", str(tmp_path / "list.xlsx"))
    assert (tmp_path / "list.xlsx").read_bytes().startswith(b"PK")
    assert "must end in .csv or .xlsx" in fairdue("worklist", "--out", str(tmp_path / "list.doc"), code=1)
    number = lines[1].split(",")[0]
    assert "Written" in fairdue("statement", number, "--out", str(tmp_path / "statements"))
    assert next((tmp_path / "statements").glob("*.pdf")).read_bytes().startswith(b"%PDF")
    assert "There is no customer" in fairdue("statement", "nobody", code=1)


def test_policies_are_exported_checked_compared_and_adopted(fairdue, tmp_path):
    text = fairdue.run("policy", "export", "flexible").stdout
    file = tmp_path / "policy.yaml"
    file.write_text(text, encoding="utf-8")
    assert "holds" in fairdue("policy", "check", str(file))
    line = next(number for number, row in enumerate(text.splitlines(), start=1) if row.strip().startswith("document:"))
    rows = text.splitlines()
    rows[line - 1] = rows[line - 1].split("document:")[0] + "document: poem"
    file.write_text("\n".join(rows), encoding="utf-8")
    refused = fairdue("policy", "adopt", str(file), code=1)
    assert re.search(rf"\b{line}\b", refused)
    assert "document" in refused
    assert "v1" in fairdue("policy", "list")
    file.write_text(text.replace("bank_data_max_age_days: 3", "bank_data_max_age_days: 4"), encoding="utf-8")
    told = fairdue("policy", "diff", "flexible", str(file))
    assert "bank_data" not in told
    assert told.strip().endswith(": 3 days → 4 days"), told
    assert "v2" in fairdue("policy", "adopt", str(file))
    assert "3 days → 4 days" in fairdue("policy", "diff", "flexible")


def test_who_may_not_is_told_so_and_nothing_happens(fairdue):
    refused = fairdue("release", "--all", "--user", "auditor", code=1)
    assert "may not release" in refused
    assert "released" not in fairdue("release", "--all", "--user", "nobody", code=1)
    assert "no such company" in fairdue("worklist", "--company", "other", code=1)


def test_a_stopped_run_is_gone_on_with(fairdue):
    import os
    import signal
    import subprocess
    import sys
    import time

    fairdue.now += __import__("datetime").timedelta(days=3)
    env = {**os.environ, "FAIRDUE_DATA_DIR": str(fairdue.folder), "FAIRDUE_NOW": fairdue.now.isoformat()}
    process = subprocess.Popen(
        [sys.executable, "-c", "from fairdue.cli.main import app; app()", "run", "--as-of", "2026-11-02"],
        env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while process.poll() is None and not (fairdue.folder / "snapshots" / "1" / "run.lock").exists():
        time.sleep(0.01)
    while process.poll() is None and not list(fairdue.folder.glob("snapshots/1/2026-11-02*")):
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _out, err = process.communicate(timeout=60)
    assert process.returncode in (0, 130), err
    if process.returncode == 130:
        assert "goes on where it was with: fairdue run --as-of 2026-11-02" in " ".join(err.split())
        done = fairdue("run", "--as-of", "2026-11-02")
        assert "Run 2026-11-02 is done" in done
    assert "the same byte for byte" in fairdue("replay", "2026-11-02")
    stored = json.loads((fairdue.folder / "snapshots" / "1" / "2026-11-02" / "audit-head.json").read_text())
    assert stored["sequence"] > 0
