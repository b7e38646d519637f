"""A run started from a page: in a process of its own, one at a time, by who may."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from web_sample import Sample

from fairdue.cycle.models import Run
from fairdue.web import jobs, run_job

TODAY = "2026-03-03"


@pytest.fixture
def launched(monkeypatch) -> list[list[str]]:
    """Note what would be started, and start nothing: the process could not see a test's transaction."""
    found: list[list[str]] = []
    monkeypatch.setattr(run_job, "launch", lambda arguments, lock: found.append(arguments))
    return found


def test_a_controller_starts_a_run_for_a_day(ours: Sample, as_role, launched):
    controller = as_role("controller")
    assert "Start a run" in controller.get(reverse("web:runs")).content.decode()
    assert controller.post(reverse("web:runs-start"), {"as_of": TODAY}).status_code == 302
    assert launched == [[str(ours.company.pk), str(ours.users["controller"].pk), TODAY, "en"]]


@pytest.mark.parametrize("asked", ["2026-03-04", "yesterday", ""])
def test_a_day_to_come_or_no_day_starts_nothing(asked: str, ours: Sample, lead: Client, launched):
    lead.post(reverse("web:runs-start"), {"as_of": asked})
    assert launched == []


def test_who_may_not_run_starts_nothing(ours: Sample, as_role, launched):
    auditor = as_role("auditor")
    assert auditor.post(reverse("web:runs-start"), {"as_of": TODAY}).status_code == 403
    assert "Start a run" not in auditor.get(reverse("web:runs")).content.decode()
    assert launched == []


def test_while_one_works_no_second_starts(ours: Sample, lead: Client, data_dir: Path, launched):
    holder = run_holder(data_dir, ours.company.pk)
    try:
        lead.post(reverse("web:runs-start"), {"as_of": TODAY})
        assert launched == []
        run_job._tell(ours.company.pk, run_job.Progress(TODAY, "Sample", "decisions", 700, 2000))
        page = lead.get(reverse("web:runs")).content.decode()
        for shown in ("is under way", "Deciding", "700 / 2,000", 'hx-trigger="load delay:1s"'):
            assert shown in page
        assert "Start a run" not in page
    finally:
        holder.kill()
        holder.wait()
    assert "was stopped" in lead.get(reverse("web:runs")).content.decode()
    ended = lead.get(reverse("web:runs-progress"), headers={"HX-Request": "true"})
    assert ended["HX-Refresh"] == "true"


def run_holder(data_dir: Path, company_id: int) -> subprocess.Popen[bytes]:
    """Start a process that holds the company's lock, as a run does."""
    (data_dir / "jobs").mkdir()
    path = data_dir / "jobs" / f"run-{company_id}.lock"
    code = f"import fcntl, time; f = open({str(path)!r}, 'w'); fcntl.flock(f, fcntl.LOCK_EX); print(1, flush=True); time.sleep(60)"
    made = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert made.stdout is not None
    assert made.stdout.readline() == b"1\n"
    return made


def test_the_lock_goes_to_the_process_and_ends_with_it(data_dir: Path, monkeypatch):
    monkeypatch.setattr(
        run_job, "COMMAND", (sys.executable, "-c", "import sys; sys.stdin.read(); import time; time.sleep(60)")
    )
    day = date(2026, 3, 3)
    assert run_job.start(7, 1, "Sample", day, "en")
    assert not run_job.start(7, 1, "Sample", day, "en")
    found = run_job.progress_of(7)
    assert found is not None
    assert (found.alive, found.as_of, found.started_by) == (True, TODAY, "Sample")
    jobs.children[-1].kill()
    until = time.monotonic() + 10
    while run_job.progress_of(7).alive and time.monotonic() < until:  # type: ignore[union-attr]
        time.sleep(0.02)
    assert not run_job.progress_of(7).alive  # type: ignore[union-attr]


def test_the_process_runs_the_line_for_who_asked(ours: Sample, data_dir: Path):
    (data_dir / "jobs").mkdir()
    ended = run_job.work(ours.company.pk, ours.users["controller"].pk, ours.run.as_of + timedelta(days=1))
    made = Run.objects.get(pk=ended.run_id)
    assert (made.state, made.started_by, ended.error) == ("done", "controller.ours", "")
    stored = json.loads((data_dir / "jobs" / f"run-{ours.company.pk}.json").read_text())
    assert stored["run_id"] == made.pk


def test_a_right_lost_in_between_stops_the_run(ours: Sample, data_dir: Path, lead: Client):
    (data_dir / "jobs").mkdir()
    ours.users["controller"].memberships.update(role="auditor")
    ended = run_job.work(ours.company.pk, ours.users["controller"].pk, ours.run.as_of)
    assert (ended.error, Run.objects.filter(company=ours.company).count()) == ("not_allowed", 1)
    assert "did not finish" in lead.get(reverse("web:runs")).content.decode()


def test_the_module_starts_as_a_process(data_dir: Path):
    """A user that does not exist ends it, with the database reached and nothing run."""
    environment = {**os.environ, "FAIRDUE_DATA_DIR": str(data_dir), "FAIRDUE_DATABASE_URL": ""}
    done = subprocess.run(
        [*run_job.COMMAND, "1", "1", TODAY, "zh-hans"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "people_user" in done.stderr
