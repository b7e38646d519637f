"""The reference is what the interface says; the commands of the how-to page run as they stand."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from api_sample import MAIL, OPEN_ITEMS, PNG
from test_api_kill import House

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_reference_is_current():
    from fairdue.api.reference import page
    from fairdue.api.urls import schema

    kept = (DOCS / "reference" / "api.md").read_text(encoding="utf-8")
    assert kept == page(schema()), "run: python -m fairdue.api.reference > docs/reference/api.md"


def test_every_refusal_is_documented_as_a_problem():
    from fairdue.api.urls import schema

    for methods in schema()["paths"].values():
        for told in methods.values():
            assert {"401", "403", "422", "429"} <= set(told["responses"])
            bad = [one for status, one in told["responses"].items() if int(status) >= 400]
            assert all("application/problem+json" in one["content"] for one in bad)


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl")
def test_the_commands_of_the_how_to_page_run_as_they_stand(tmp_path: Path):
    house = House(f"sqlite:///{tmp_path}/house.sqlite3", tmp_path)
    house.make()
    (tmp_path / "items.csv").write_text(OPEN_ITEMS, encoding="utf-8")
    (tmp_path / "R-9.png").write_bytes(PNG)
    (tmp_path / "reply.eml").write_bytes(MAIL % b"doc")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    serve = "from waitress import serve; from fairdue.conf.wsgi import application as a; serve(a, host='127.0.0.1', port=%d)"
    server = subprocess.Popen([sys.executable, "-c", serve % port], env=house.env)
    try:
        _run_all(f"http://127.0.0.1:{port}", house, tmp_path)
    finally:
        server.terminate()
        server.wait()
    con = sqlite3.connect(tmp_path / "house.sqlite3")
    assert con.execute("SELECT reference FROM books_acknowledgement").fetchall() == [("FI-4711",)]
    assert con.execute("SELECT COUNT(*) FROM api_kept_answer WHERE answered_at IS NOT NULL").fetchone() == (6,)
    assert con.execute("SELECT COUNT(*) FROM ledger_document_file WHERE origin = 'api'").fetchone() == (1,)
    assert con.execute("SELECT name FROM ledger_customer WHERE number = 'C-2'").fetchall() == [("Sued GmbH",)]
    assert con.execute("SELECT COUNT(*) FROM contact_inbound_mail").fetchone() == (1,)
    con.close()


def _run_all(base: str, house: House, folder: Path) -> None:
    env = os.environ | {"FAIRDUE": f"{base}/api/v1", "TOKEN": house.token, "no_proxy": "*"}
    wait = [
        "curl",
        "-sf",
        "--retry",
        "60",
        "--retry-connrefused",
        "--retry-delay",
        "1",
        "-o",
        "/dev/null",
        f"{base}/api/v1/openapi.json",
    ]
    assert subprocess.run(wait, env=env, check=False).returncode == 0
    text = (DOCS / "how-to" / "connect-by-api.md").read_text(encoding="utf-8")
    commands = re.findall(r"^```bash\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert len(commands) == 11
    for command in commands:
        done = subprocess.run(["bash", "-c", command], env=env, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    assert (folder / "batch-1.csv").read_bytes().startswith(b"\xef\xbb\xbf")
