"""Mail collected from folders and mailboxes: each once, whatever happens, and nothing taken away unless told."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

import pytest

from fairdue.contact.actions import Received, do_receive, inbound
from fairdue.contact.collect import from_folder, from_mailbox, read_before
from fairdue.contact.inbox import folder as folders
from fairdue.contact.inbox import imap as imap_module
from fairdue.contact.inbox.imap import Mailbox, MailboxError, read_url, utf7
from fairdue.contact.models import InboundMail, MailPlace, StoredBlob, Task
from fairdue.ledger import audit
from fairdue.ledger.models import Hold
from fairdue.people.actor import Actor, NotAllowed
from fairdue.people.models import Company


def mail(number: int, sender: str = "ap@muster.example", text: str = "Wir zahlen am Freitag.") -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, "credit@acme.example", f"Frage {number}"
    made["Message-ID"] = f"<{number}@muster.example>"
    made.set_content(text)
    return made.as_bytes()


@pytest.mark.django_db
class TestFolder:
    def fill(self, folder: Path, count: int) -> None:
        for number in range(count):
            path = folder / f"{number:03}.eml"
            if not path.exists():
                path.write_bytes(mail(number))

    def test_each_file_is_read_once_and_left_where_it_is(self, actor, contact, tmp_path) -> None:
        folder = tmp_path / "in"
        folder.mkdir()
        self.fill(folder, 3)
        assert from_folder(actor, folder) == {"reply": 3}
        self.fill(folder, 4)
        os.utime(folder / "000.eml", (1, 1))
        (folder / "copy.eml").write_bytes(mail(1))
        assert from_folder(actor, folder) == {"skipped": 2, "known": 2, "reply": 1}
        assert (InboundMail.objects.count(), Task.objects.filter(kind="reply").count()) == (4, 4)
        assert len(list(folder.iterdir())) == 5

    def test_what_was_read_is_moved_away_only_when_told(self, actor, contact, tmp_path) -> None:
        folder, done = tmp_path / "in", tmp_path / "done"
        folder.mkdir()
        self.fill(folder, 2)
        from_folder(actor, folder)
        from_folder(actor, folder, move_to=done)
        self.fill(folder, 1)
        from_folder(actor, folder, move_to=done)
        assert list(folder.iterdir()) == []
        assert len(list(done.iterdir())) == 3

    def test_the_same_mail_twice_in_one_batch_is_one_mail_with_two_places(self, actor, contact, tmp_path) -> None:
        folder = tmp_path / "in"
        folder.mkdir()
        self.fill(folder, 2)
        (folder / "copy.eml").write_bytes(b"Received: by another way\n" + mail(0))
        assert from_folder(actor, folder) == {"reply": 2, "known": 1}
        assert (InboundMail.objects.count(), MailPlace.objects.count(), Hold.objects.count()) == (2, 3, 2)

    def test_one_mail_that_fails_takes_no_other_with_it(self, actor, contact, tmp_path, monkeypatch) -> None:
        """The failing one is kept for a person, those before and after it are written; run again, nothing is there twice."""
        folder = tmp_path / "in"
        folder.mkdir()
        self.fill(folder, 4)
        whole = inbound.record_replies

        def fails(actor, replies):
            if any(one.subject == "Frage 2" for one in replies):
                raise RuntimeError("fault")
            return whole(actor, replies)

        monkeypatch.setattr(inbound, "record_replies", fails)
        assert from_folder(actor, folder) == {"reply": 3, "unmatched": 1}
        assert from_folder(actor, folder) == {"skipped": 4}
        assert (Task.objects.filter(kind="reply").count(), MailPlace.objects.count()) == (3, 4)
        audit.seal(actor.company_id)
        assert audit.verify(actor.company_id) == []

    def test_a_maildir_is_read_and_links_and_unfinished_files_are_not(self, actor, contact, tmp_path) -> None:
        folder = tmp_path / "in"
        (folder / "new").mkdir(parents=True)
        (folder / "new" / "1.host").write_bytes(mail(1))
        (folder / ".2.eml").write_bytes(mail(2))
        (folder / "3.eml.part").write_bytes(mail(3))
        secret = tmp_path / "secret"
        secret.write_bytes(mail(4))
        (folder / "4.eml").symlink_to(secret)
        assert from_folder(actor, folder) == {"reply": 1}

    def test_a_file_that_is_gone_or_may_not_be_read_is_counted_and_read_the_next_time(
        self, actor, contact, tmp_path, monkeypatch
    ) -> None:
        """A Maildir renames its files as their flags change, between listing and reading."""
        folder = tmp_path / "in"
        folder.mkdir()
        self.fill(folder, 4)
        whole = folders.content

        def fails(file):
            if file.path.name == "001.eml":
                raise FileNotFoundError(file.path)
            if file.path.name == "002.eml":
                raise PermissionError(file.path)
            return whole(file)

        with monkeypatch.context() as patched:
            patched.setattr(folders, "content", fails)
            assert from_folder(actor, folder, move_to=tmp_path / "done") == {"reply": 2, "unread": 2}
        assert sorted(one.name for one in folder.iterdir()) == ["001.eml", "002.eml"]
        assert from_folder(actor, folder) == {"reply": 2}

    def test_a_file_that_is_gone_while_the_folder_is_listed_is_left_out(self, tmp_path, monkeypatch) -> None:
        (tmp_path / "a.eml").write_bytes(mail(1))

        class Gone:
            name, path = "gone.eml", str(tmp_path / "gone.eml")

            def is_file(self, **more: bool) -> bool:
                return True

            def stat(self, **more: bool) -> os.stat_result:
                raise FileNotFoundError(self.path)

        real = os.scandir

        @contextmanager
        def scanned(place):
            with real(place) as entries:
                yield iter([Gone(), *entries])

        monkeypatch.setattr(folders.os, "scandir", scanned)
        assert [one.path.name for one in folders.listed(tmp_path)] == ["a.eml"]

    def test_what_was_read_is_moved_to_another_file_system_too(self, actor, contact, tmp_path, monkeypatch) -> None:
        folder = tmp_path / "in"
        folder.mkdir()
        self.fill(folder, 2)

        whole = os.replace

        def across(source, target):
            if Path(source).parent == folder:
                raise OSError(errno.EXDEV, "Invalid cross-device link")
            whole(source, target)

        monkeypatch.setattr(os, "replace", across)
        assert from_folder(actor, folder, move_to=tmp_path / "done") == {"reply": 2}
        assert list(folder.iterdir()) == []
        assert [one.read_bytes() for one in sorted((tmp_path / "done").iterdir())] == [mail(0), mail(1)]

    def test_a_file_that_cannot_be_moved_away_was_read_all_the_same(
        self, actor, contact, tmp_path, monkeypatch
    ) -> None:
        folder = tmp_path / "in"
        folder.mkdir()
        self.fill(folder, 2)

        def refused(file, target):
            raise PermissionError(target)

        monkeypatch.setattr(folders, "move", refused)
        assert from_folder(actor, folder, move_to=tmp_path / "done") == {"reply": 2, "unmoved": 2}

    def test_bytes_that_are_no_mail_wait_for_a_person_and_the_rest_goes_in(self, actor, contact, tmp_path) -> None:
        folder = tmp_path / "in"
        folder.mkdir()
        (folder / "a.eml").write_bytes(b"boundary=" * 1000)
        (folder / "b.eml").write_bytes(mail(1))
        assert from_folder(actor, folder) == {"unmatched": 1, "reply": 1}
        kept = InboundMail.objects.get(kind="unreadable")
        assert (kept.state, kept.subject[:5], kept.reasons[0]["code"]) == ("unmatched", "a.eml", "thread_too_large")

    def test_a_mail_too_large_is_kept_with_its_head(self, actor, contact) -> None:
        data = mail(1) + b"x" * 25_000_000
        assert do_receive(actor, data).what is Received.UNMATCHED
        assert do_receive(actor, data).what is Received.KNOWN
        assert StoredBlob.objects.get().size_bytes == 65_536

    def test_a_role_that_may_not_hold_reads_nothing(self, company, contact, now, tmp_path) -> None:
        auditor = Actor(company.pk, now, name="paula", roles=frozenset({"auditor"}))
        with pytest.raises(NotAllowed):
            do_receive(auditor, mail(1))
        assert (InboundMail.objects.count(), StoredBlob.objects.count()) == (0, 0)


@pytest.mark.kill
def test_killed_while_reading_and_run_again_each_mail_is_there_once(tmp_path) -> None:
    """Readers are ended by SIGKILL at random moments; then one reads to the end. A process and a database of its own."""
    script = Path(__file__).with_name("killed_readers.py")
    env = {**os.environ, "FAIRDUE_DATA_DIR": str(tmp_path), "FAIRDUE_DATABASE_URL": ""}
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "in")], env=env, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    assert found.pop("kills") >= 4
    assert found.pop("before") > 0
    assert found == {"mails": 40, "places": 40, "holds": 40, "tasks": 40, "chain": 0}


@pytest.mark.django_db
class TestMailbox:
    def test_new_mails_are_read_once_and_stay_unseen(self, imap, actor, contact) -> None:
        imap.put(mail(1), mail(2, sender="stranger@nowhere.example", text="Who are you?"))
        account = read_url(imap.url())
        assert from_mailbox(actor, account) == {"reply": 1, "unmatched": 1}
        assert from_mailbox(actor, account) == {}
        imap.put(mail(1), mail(3))
        assert from_mailbox(actor, account) == {"known": 1, "reply": 1}
        session = imap.session()
        session.select("INBOX", readonly=True)
        assert session.uid("SEARCH", "SEEN")[1] == [b""]
        assert len(session.uid("SEARCH", "ALL")[1][0].split()) == 4
        session.logout()

    def test_new_uids_change_nothing(self, imap, actor, contact) -> None:
        """A mailbox made anew has another UIDVALIDITY: all is read again and known by its contents."""
        session = imap.session()
        session.create(utf7("Réponses 回复"))
        session.logout()
        name = utf7("Réponses 回复")
        imap.put(mail(1), mail(2), mailbox=name)
        account = read_url(imap.url(mailbox="Réponses 回复"))
        assert from_mailbox(actor, account) == {"reply": 2}
        session = imap.session()
        session.delete(name)
        time.sleep(1.1)
        session.create(name)
        session.logout()
        imap.put(mail(1), mail(2), mail(3), mailbox=name)
        assert from_mailbox(actor, account) == {"known": 2, "reply": 1}
        assert len(set(MailPlace.objects.values_list("place", flat=True))) == 2

    def test_many_and_large_mails_come_whole(self, imap, actor, contact) -> None:
        large = EmailMessage()
        large["From"], large["Subject"] = "ap@muster.example", "Scan"
        large.set_content("see scan")
        large.add_attachment(os.urandom(9_000_000), maintype="application", subtype="pdf", filename="scan.pdf")
        imap.put(*(mail(number) for number in range(120)), large.as_bytes())
        told: list[tuple[int, int]] = []
        assert from_mailbox(actor, read_url(imap.url()), progress=lambda *now: told.append(now)) == {"reply": 121}
        assert told[-1] == (121, 121)
        assert InboundMail.objects.get(subject="Scan").attachments[0]["size_bytes"] == 9_000_000

    def test_starttls_reads_too_and_a_wrong_password_is_told_without_it(self, imap, actor, contact) -> None:
        imap.put(mail(1))
        assert from_mailbox(actor, read_url(imap.url("imap+starttls"))) == {"reply": 1}
        with pytest.raises(MailboxError) as told:
            from_mailbox(actor, read_url(imap.url(password="wr0ng")))
        assert "wr0ng" not in str(told.value)
        with pytest.raises(MailboxError, match="Nowhere"):
            from_mailbox(actor, read_url(imap.url(mailbox="Nowhere")))

    def test_a_mailbox_that_fails_before_a_run_is_a_task_until_it_is_read(self, imap, actor, contact) -> None:
        imap.put(mail(1))
        why = read_before(actor, imap.url(password="wr0ng"))
        assert why is not None
        assert why.code == "mailbox_failed"
        assert "wr0ng" not in str(why.as_dict())
        read_before(actor, imap.url(password="wr0ng"))
        assert Task.objects.get(key__startswith="mailbox:").done_at is None
        assert read_before(actor, imap.url()) is None
        assert Task.objects.get(key__startswith="mailbox:").done_at == actor.at
        assert Hold.objects.filter(reason="reply").count() == 1

    def test_with_several_companies_a_mailbox_is_read_for_the_one_it_belongs_to(
        self, imap, actor, company, contact, now
    ) -> None:
        """A run for one company must not take the mails of another's customers into its own inbox."""
        other = Company.objects.create(
            code="beta", name="Beta", country="DE", currency="EUR", language="de", time_zone="Europe/Berlin"
        )
        imap.put(mail(1))
        theirs = Actor(other.pk, now, name="Test", roles=frozenset({"finance_lead"}))
        told = read_before(theirs, imap.url())
        assert told is not None
        assert "FAIRDUE_IMAP_COMPANY" in str(told.as_dict())
        assert read_before(theirs, imap.url(), whose="acme") is None
        assert not InboundMail.objects.exists()
        assert read_before(actor, imap.url(), whose="acme") is None
        assert InboundMail.objects.get().company_id == company.pk

    def test_a_mail_that_one_answer_leaves_out_is_read_the_next_time(self, imap, actor, contact, monkeypatch) -> None:
        """Servers leave mails out of an answer that they cannot open just then; one that was deleted is never there again."""
        imap.put(mail(1), mail(2), mail(3), mail(4))
        whole = Mailbox._fetch
        monkeypatch.setattr(
            Mailbox, "_fetch", lambda box, uids, head: [one for one in whole(box, uids, head) if one[0] != 2]
        )
        account = read_url(imap.url())
        assert from_mailbox(actor, account) == {"reply": 3, "unread": 1}
        monkeypatch.undo()
        monkeypatch.setenv("SSL_CERT_FILE", str(imap.certificate))
        session = imap.session()
        session.select("INBOX")
        session.uid("STORE", "3", "+FLAGS", r"(\Deleted)")
        session.expunge()
        session.logout()
        imap.put(mail(5))
        assert from_mailbox(actor, account) == {"reply": 2}
        assert from_mailbox(actor, account) == {}
        assert InboundMail.objects.count() == 5

    def test_a_mail_too_large_to_be_fetched_is_kept_with_its_head_and_waits_for_a_person(
        self, imap, actor, contact, monkeypatch
    ) -> None:
        """Its first 64 KB must not pass for the whole mail: what it says may stand below."""
        monkeypatch.setattr(imap_module, "BYTES_MAX", 1_000_000)
        large = mail(1, text="x" * 70 + "\n" * 30_000).replace(b"Subject: ", b"Auto-Submitted: auto-replied\nSubject: ")
        imap.put(large + b"\nWir zahlen nicht." + b"x\n" * 600_000, mail(2))
        assert from_mailbox(actor, read_url(imap.url())) == {"unmatched": 1, "reply": 1}
        row = InboundMail.objects.get(kind="unreadable")
        assert (row.state, row.cut, row.raw.size_bytes) == ("unmatched", ["raw"], 65_536)
        assert "at most" in str(row.reasons)
        assert from_mailbox(actor, read_url(imap.url())) == {}

    def test_a_certificate_that_nobody_vouches_for_is_refused(self, imap, actor, contact, monkeypatch) -> None:
        monkeypatch.delenv("SSL_CERT_FILE")
        with pytest.raises(MailboxError, match=r"(?i)certificate"):
            from_mailbox(actor, read_url(imap.url()))


@pytest.mark.parametrize("url", ["http://a@b", "imaps://host/INBOX", "imap://user:pw@mail.example/INBOX", "imaps://"])
def test_an_address_that_is_wrong_or_would_send_the_password_in_the_clear_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="FAIRDUE_IMAP_URL"):
        read_url(url)


def test_mailbox_names_are_written_as_the_protocol_wants() -> None:
    assert utf7("INBOX") == '"INBOX"'
    assert utf7("Réponses & 回复") == '"R&AOk-ponses &- &Vt5ZDQ-"'
