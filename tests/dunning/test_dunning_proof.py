"""The proof of a notice: what an auditor or a court gets, and that nobody can change it unseen."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
import zlib
from datetime import date
from pathlib import Path

import pytest

from fairdue.contact.dispatch import dispatch
from fairdue.contact.models import OutboxMessage
from fairdue.contact.transports import FileFolder, PrintFolder
from fairdue.dunning.actions import do_edit, do_release
from fairdue.dunning.actions.proving import ProofError, do_make_proof
from fairdue.dunning.models import Notice
from fairdue.dunning.proof import verify_proof as verifier
from fairdue.ledger import audit
from fairdue.people.actor import Actor, NotAllowed

D = date
DUE, DAY = D(2026, 3, 2), D(2026, 3, 3)
FORMAL = D(2026, 4, 20)


@pytest.fixture(autouse=True)
def steady_salts(monkeypatch):
    """The same salts every time, so that a file has the same bytes: flipped ones are sampled by place."""
    count = itertools.count(1)
    monkeypatch.setattr("fairdue.ledger.audit_texts.new_salt", lambda: f"{next(count):032x}")


@pytest.fixture
def sent(department):
    """A formal notice with interest, edited, released and handed to the print shop."""
    customer = department.customer(name="Müller & Söhne GmbH")
    customer.contacts.all().delete()
    department.invoice(customer, 123_456, DUE, number="R-2026-17")
    department.invoice(customer, 70_000, DUE, number="R-2026-18")
    (proposal,) = department.run(FORMAL)
    do_edit(department.actor(FORMAL), proposal.pk, text="Bitte rufen Sie uns an.")
    (outcome,) = do_release(department.actor(FORMAL), [proposal.pk], FORMAL)
    assert outcome.state == "released"
    at = department.actor(FORMAL).at
    root = department.folder
    assert (
        dispatch(department.company.pk, at, [PrintFolder(root / "letters"), FileFolder(root / "files")]).handed_over
        == 1
    )
    audit.anchor(department.actor(FORMAL), "snapshots/1/run/audit-head.json")
    return Notice.objects.get()


@pytest.fixture
def proof(department, sent):
    return do_make_proof(department.actor(D(2026, 9, 1)), sent.pk)


def judged(data: bytes, heads=None) -> tuple[int, list[str]]:
    """Give the verdict and the checks that failed; a file that is no proof any more has no checks."""
    try:
        code, report = verifier.verify(data, heads)
    except verifier.NoProofError as error:
        return verifier.UNREADABLE, [str(error)]
    return code, [key for key, holds, _detail in report.lines if holds is False]


def manifest_of(data: bytes) -> dict:
    return json.loads(verifier.Pdf(data).files[verifier.MANIFEST])


def rewritten(data: bytes, change) -> bytes:
    """Change the manifest the way a forger would: the PDF around it stays well formed."""
    manifest = manifest_of(data)
    change(manifest)
    return replaced(data, verifier.MANIFEST, verifier.canonical(manifest))


def replaced(data: bytes, name: str, new: bytes) -> bytes:
    """Put other bytes in the place of a file inside, and mend lengths and the table of objects."""
    number = verifier.Pdf(data)._specs()[name]
    start = data.index(b"\n%d 0 obj\n" % number) + 1
    end = data.index(b"\nendstream\nendobj\n", start)
    head, _, _raw = data[start:end].partition(b"\nstream\n")
    packed = zlib.compress(new)
    head = re.sub(rb"/Length \d+", b"/Length %d" % len(packed), head)
    head = re.sub(rb"/Size \d+", b"/Size %d" % len(new), head)
    if b"/Filter" not in head:
        head = head.replace(b"/Type/EmbeddedFile", b"/Filter/FlateDecode/Type/EmbeddedFile")
    table = data.rindex(b"\nxref\n") + 1
    made = head + b"\nstream\n" + packed
    grown = len(made) - (end - start)

    def moved(match: re.Match[bytes]) -> bytes:
        offset = int(match[1])
        return b"%010d 00000 n\r\n" % (offset + grown if offset > start else offset)

    tail = re.sub(rb"(\d{10}) 00000 n\r\n", moved, data[table:])
    return (
        data[:start]
        + made
        + data[end:table]
        + tail.replace(b"startxref\n%d\n" % table, b"startxref\n%d\n" % (table + grown))
    )


class TestWhatItHolds:
    def test_it_says_what_left_when_to_whom_how_under_which_policy_and_law(self, sent, proof):
        manifest = manifest_of(proof.data)
        core = manifest["core"]
        assert core["notice"]["payable_minor"] == sent.payable_minor
        assert core["message"]["handed_over_at"].startswith("2026-04-20T09:30")
        assert core["message"]["evidence"]["path"].endswith(".pdf")
        assert core["policy"]["code"] == "flexible"
        assert "286" in json.dumps(core["notice"]["facts"]) or "BGB" in json.dumps(core["notice"]["facts"])
        assert {entry["action"] for entry in manifest["entries"].values()} >= {
            "propose", "edit_proposal", "release", "queue", "hand_over", "prove",
        }  # fmt: skip
        assert [line[:1] + line[2:4] for line in core["lines"]] == [["R-2026-17", 123_456, 0], ["R-2026-18", 70_000, 0]]

    def test_the_exact_bytes_are_inside(self, sent, proof):
        files = verifier.Pdf(proof.data).files
        message = OutboxMessage.objects.get()
        assert set(files) == {"letter.pdf", "message.html", "message.txt", "policy.yaml", "manifest.json"}
        assert files["letter.pdf"].startswith(b"%PDF-1.7")
        assert files["message.txt"].decode() == message.body_text
        assert files["policy.yaml"].decode() == sent.policy_version.yaml

    def test_the_making_is_in_the_audit_log_and_the_chain_holds(self, department, proof):
        assert (
            audit.verify(department.company.pk, [(proof.head.sequence, proof.head.head, "the auditor's letter")]) == []
        )

    def test_a_second_proof_is_as_good_and_does_not_contain_the_first(self, department, sent, proof):
        again = do_make_proof(department.actor(D(2026, 9, 2)), sent.pk)
        assert judged(again.data, {proof.head.sequence: proof.head.head}) == (verifier.CONFIRMED, [])
        actions = [entry["action"] for entry in manifest_of(again.data)["entries"].values()]
        assert actions.count("prove") == 1

    def test_who_may_not_see_the_notice_gets_none(self, department, sent):
        actor = department.actor(D(2026, 9, 1))
        with pytest.raises(NotAllowed):
            do_make_proof(Actor(actor.company_id, actor.at, None, "Otto", frozenset()), sent.pk)

    def test_records_that_contradict_each_other_give_no_proof(self, department, sent, monkeypatch):
        from fairdue.dunning.proof import collect

        monkeypatch.setattr(collect, "MESSAGE_FIELDS", tuple(n for n in collect.MESSAGE_FIELDS if n != "subject"))
        plain = collect._message
        monkeypatch.setattr(collect, "_message", lambda message: plain(message) | {"subject": "Something else"})
        with pytest.raises(ProofError) as caught:
            do_make_proof(department.actor(D(2026, 9, 1)), sent.pk)
        assert caught.value.keys == ("message",)


class TestTheVerifier:
    def test_a_true_file_is_intact_and_confirmed_by_a_head_kept_elsewhere(self, proof):
        assert judged(proof.data) == (verifier.INTACT, [])
        assert judged(proof.data, {proof.head.sequence: proof.head.head}) == (verifier.CONFIRMED, [])

    def test_another_head_refutes_it_and_one_beyond_it_says_nothing(self, proof):
        assert judged(proof.data, {proof.head.sequence: "0" * 64}) == (verifier.REFUTED, ["head"])
        assert judged(proof.data, {proof.head.sequence + 1: "0" * 64}) == (verifier.INTACT, [])

    def test_it_runs_alone_and_speaks_chinese(self, proof, tmp_path):
        path, alone = tmp_path / "proof.pdf", tmp_path / "verify_proof.py"
        path.write_bytes(proof.data)
        alone.write_text(Path(verifier.__file__).read_text(encoding="utf-8"), encoding="utf-8")
        head = f"{proof.head.sequence}:{proof.head.head}"
        command = [sys.executable, "-I", str(alone), str(path), "--head", head, "--language", "zh"]
        done = subprocess.run(command, capture_output=True, text=True, env={"PYTHONIOENCODING": "utf-8"}, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert "已证实" in done.stdout

    def test_what_is_no_proof_is_said_to_be_none(self, proof):
        for data in (
            b"",
            b"%PDF-1.7",
            proof.data[:-1],
            proof.data + b"\n%%EOF",
            verifier.Pdf(proof.data).files["letter.pdf"],
        ):
            assert judged(data)[0] == verifier.UNREADABLE


def leaves(value, path=()):
    """Give the path of every value in a manifest."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from leaves(item, (*path, at))
    else:
        yield path


def other(value):
    return value + 1 if isinstance(value, int) and not isinstance(value, bool) else f"{value}x"


class TestForgery:
    def test_no_value_of_the_manifest_can_be_changed(self, proof):
        """Each value in turn, with the file around it mended: refuted or unreadable, never accepted."""
        paths = list(leaves(manifest_of(proof.data)))
        assert len(paths) > 150
        for path in paths:

            def change(manifest, path=path):
                place = manifest
                for step in path[:-1]:
                    place = place[step]
                place[path[-1]] = other(place[path[-1]])

            code, _failed = judged(rewritten(proof.data, change))
            assert code in (verifier.REFUTED, verifier.UNREADABLE), path

    @pytest.mark.parametrize("name", ["message.txt", "message.html", "policy.yaml"])
    def test_no_file_inside_can_be_changed(self, proof, name):
        old = verifier.Pdf(proof.data).files[name]
        new = old.replace(b"e", b"a", 1)
        code, failed = judged(replaced(proof.data, name, new))
        assert code == verifier.REFUTED
        assert {"frame", "files"} <= set(failed)

    def test_no_page_can_be_changed(self, proof):
        """The pages that a reader sees: another content stream, another size of the sheet, another first page."""
        forged = proof.data.replace(b"/MediaBox[0 0 595.2756 841.8898]", b"/MediaBox[0 0 595.2756 841.8899]", 1)
        assert judged(forged) == (verifier.REFUTED, ["frame"])
        kids = re.search(rb"/Kids\[(\d+) 0 R", proof.data)
        forged = proof.data.replace(kids[0], b"/Kids[%0*d 0 R" % (len(kids[1]), int(kids[1]) + 1), 1)
        assert judged(forged)[0] == verifier.REFUTED

    def test_no_byte_can_be_flipped(self, proof):
        """Every 97th byte of the file, and every byte of its head and tail. Bits that fill up the packed manifest say nothing."""
        data, files = proof.data, verifier.Pdf(proof.data).files
        at = {*range(0, len(data), 97), *range(30), *range(len(data) - 200, len(data))}
        accepted = []
        for place in sorted(at):
            forged = bytearray(data)
            forged[place] ^= 0x01
            if judged(bytes(forged))[0] == verifier.INTACT and verifier.Pdf(bytes(forged)).files != files:
                accepted.append(place)
        assert accepted == []

    def test_a_hand_over_cannot_be_left_out_or_added(self, proof):
        def leave_out(manifest):
            number = next(n for n, entry in manifest["entries"].items() if entry["action"] == "hand_over")
            del manifest["entries"][number]

        assert "entries" in judged(rewritten(proof.data, leave_out))[1]

    def test_a_chain_made_anew_is_consistent_but_meets_no_kept_head(self, proof):
        """Who rewrites everything makes a file that is intact: that is why a head must be kept elsewhere."""

        def forge(manifest):
            last = manifest["entries"][max(manifest["entries"], key=int)]
            manifest["core"]["customer"]["number"] = "C999"
            import hashlib

            last["detail"]["core_sha256"] = hashlib.sha256(verifier.canonical(manifest["core"])).hexdigest()
            manifest["chain"]["content_hashes"][-1] = verifier.content_hash(last)

        forged = rewritten(proof.data, forge)
        assert judged(forged) == (verifier.INTACT, [])
        assert judged(forged, {proof.head.sequence: proof.head.head}) == (verifier.REFUTED, ["head"])


class TestAfterAnErasure:
    """A person was erased: the proof says what is gone, and what stands is confirmed as before."""

    LATER = D(2041, 1, 10)

    @pytest.fixture
    def erased(self, department, sent):
        from fairdue.ledger.actions import do_book_payment
        from fairdue.ledger.models import Customer
        from fairdue.personal.actions import do_erase
        from fairdue.personal.people import load

        actor = department.actor(self.LATER)
        Customer.objects.update(natural_person="unknown")
        customer = sent.customer
        from fairdue.ledger.actions import do_allocate
        from fairdue.ledger.queries import open_items

        for item in open_items(actor.company_id, self.LATER, customer_ids=[customer.pk]):
            paid = do_book_payment(
                department.actor(FORMAL), amount_minor=item.open_minor, currency="EUR", effective_on=FORMAL,
                customer_id=customer.pk, reference="paid", payer="",
            )  # fmt: skip
            do_allocate(
                department.actor(FORMAL), due_item_id=item.due_item_id, payment_id=paid.pk, amount_minor=item.open_minor,
                effective_on=FORMAL,
            )  # fmt: skip
        from dataclasses import replace

        roles = replace(actor, roles=frozenset({"finance_lead"}))
        done = do_erase(roles, load(actor.company_id, "customer", customer.pk), self.LATER, reason="asked")
        assert done.state == "done"
        return Notice.objects.get(pk=sent.pk)

    def test_it_is_intact_and_marks_what_is_gone(self, department, erased):
        made = do_make_proof(department.actor(self.LATER), erased.pk)
        code, report = verifier.verify(made.data, {made.head.sequence: made.head.head})
        assert code == verifier.CONFIRMED
        marks = {key: holds for key, holds, _detail in report.lines}
        gone = {key for key, holds in marks.items() if holds == verifier.ERASED}
        assert gone == {"facts_sha256", "letter", "message", "attachment"}
        assert (
            marks["erased"]
            is marks["release_says"]
            is marks["handed_over"]
            is marks["queued"]
            is marks["policy"]
            is True
        )
        assert b"ller & S" not in b"".join(verifier.Pdf(made.data).files.values())
        core = manifest_of(made.data)["core"]
        assert core["notice"]["payable_minor"] == erased.payable_minor
        assert core["notice"]["pdf_sha256"] in core["erased"]

    def test_the_verifier_says_erased_and_not_forged(self, department, erased, capsys, tmp_path):
        made = do_make_proof(department.actor(self.LATER), erased.pk)
        (path := tmp_path / "p.pdf").write_bytes(made.data)
        assert verifier.main([str(path), "--language", "en"]) == verifier.INTACT
        told = capsys.readouterr().out
        assert "erased  The message has the hash of the record" in told
        assert "their hashes stand in the chain" in told
        assert verifier.main([str(path), "--language", "zh"]) == verifier.INTACT
        assert "已删除" in capsys.readouterr().out

    def test_no_value_can_be_changed_under_the_cover_of_an_erasure(self, department, erased):
        made = do_make_proof(department.actor(self.LATER), erased.pk)
        for path in leaves(manifest_of(made.data)):

            def change(manifest, path=path):
                place = manifest
                for step in path[:-1]:
                    place = place[step]
                place[path[-1]] = other(place[path[-1]])

            code, _failed = judged(rewritten(made.data, change), {made.head.sequence: made.head.head})
            assert code in (verifier.REFUTED, verifier.UNREADABLE), path

    def test_who_made_the_whole_chain_anew_cannot_put_other_words_as_erased(self, department, erased):
        """Even with the last link made again: a text that is declared erased and says something is refused."""
        made = do_make_proof(department.actor(self.LATER), erased.pk)

        def resealed(change):
            def forge(manifest):
                change(manifest)
                last = manifest["entries"][max(manifest["entries"], key=int)]
                import hashlib

                last["detail"]["core_sha256"] = hashlib.sha256(verifier.canonical(manifest["core"])).hexdigest()
                last["detail"]["entries"] = sorted(int(n) for n in manifest["entries"])[:-1]
                manifest["chain"]["content_hashes"][-1] = verifier.content_hash(last)

            return judged(rewritten(made.data, forge))

        def words(manifest):
            manifest["core"]["message"]["subject"] = "Another subject"

        def no_entry(manifest):
            for number in [n for n, entry in manifest["entries"].items() if entry["action"] == "erase"]:
                del manifest["entries"][number]

        assert resealed(words) == (verifier.REFUTED, ["erased"])
        assert resealed(no_entry) == (verifier.REFUTED, ["erased"])

    def test_an_untouched_notice_is_not_declared_erased(self, proof):
        assert "erased" not in manifest_of(proof.data)["core"]
        code, failed = judged(rewritten(proof.data, lambda m: m["core"].update(erased=["facts"])))
        assert code == verifier.UNREADABLE or "core" in failed


class TestArchive:
    """The rules of PDF/A-3b that matter here, read object by object from the finished file. No complete validator: see proof.md."""

    @pytest.fixture
    def pdf(self, proof):
        return verifier.Pdf(proof.data)

    @staticmethod
    def numbers(body: bytes, key: bytes) -> list[int]:
        """Give the objects that a key refers to, one or a list."""
        found = re.search(rb"/" + key + rb"\s*(\[[^\]]*\]|\d+ 0 R)", body)
        return [int(n) for n in re.findall(rb"(\d+) 0 R", found[1])] if found else []

    def test_it_says_that_it_is_pdf_a_3b(self, pdf):
        (metadata,) = self.numbers(pdf.objects[pdf.root], b"Metadata")
        body = pdf.objects[metadata]
        assert b"/Filter" not in body.split(b"stream\n")[0], "the metadata must be readable without unpacking"
        assert b"<pdfaid:part>3</pdfaid:part>" in body
        assert b"<pdfaid:conformance>B</pdfaid:conformance>" in body
        assert re.search(rb"<dc:title>.*Proof of notice", body, re.DOTALL)

    def test_colours_have_an_output_intent_with_its_profile(self, pdf):
        assert b"/OutputIntents" in pdf.objects[pdf.root]
        told = b"".join(body for body in pdf.objects.values() if b"/Type/OutputIntent" in body)
        assert b"/S/GTS_PDFA1" in told
        (profile,) = {int(n) for n in re.findall(rb"/DestOutputProfile (\d+) 0 R", told)}
        assert pdf._stream(profile)[36:40] == b"acsp"

    def test_every_face_is_embedded_and_leads_back_to_text(self, pdf):
        fonts = [body for body in pdf.objects.values() if b"/Type/Font/" in body or body.startswith(b"<</Type/Font/")]
        composed = [body for body in fonts if b"/Subtype/Type0" in body]
        assert composed
        assert all(b"/ToUnicode" in body for body in composed)
        assert not [body for body in fonts if re.search(rb"/Subtype/(Type1|TrueType|MMType1)\b", body)], (
            "no face from outside"
        )
        described = [body for body in pdf.objects.values() if b"/Type/FontDescriptor" in body]
        assert len(described) >= len(composed)
        assert all(re.search(rb"/FontFile[23] \d+ 0 R", body) for body in described)

    def test_every_attachment_has_kind_day_and_relation(self, pdf):
        specs = {number: body for number, body in pdf.objects.items() if body.startswith(b"<</Type/Filespec")}
        assert len(specs) == len(pdf.files)
        assert set(self.numbers(pdf.objects[pdf.root], b"AF")) == set(specs)
        for body in specs.values():
            assert re.search(rb"/AFRelationship/(Source|Data|Alternative|Supplement|Unspecified)\b", body)
            assert re.search(rb"/F\(", body)
            assert re.search(rb"/UF\(", body)
        for number in pdf._specs().values():
            head = pdf.objects[number].split(b"stream\n")[0]
            assert re.search(rb"/Type/EmbeddedFile", head)
            assert re.search(rb"/Subtype/\w+#2F[\w+.-]+", head), "a MIME type"
            assert re.search(rb"/ModDate\(D:\d{8}", head)

    def test_nothing_is_locked_runs_or_comes_from_outside(self, pdf, proof):
        bodies = b"\n".join(body.split(b"stream\n")[0] for body in pdf.objects.values())
        for word in (b"/JavaScript", b"/JS", b"/Launch", b"/SubmitForm", b"/ImportData", b"/XFA", b"/Movie", b"/Sound", b"/AA",
                     b"/LZWDecode", b"/Ref", b"/OPI", b"/PS", b"/FFilter", b"/Crypt"):  # fmt: skip
            assert not re.search(word + rb"[\s/<\[(]", bodies), word
        assert b"/Encrypt" not in proof.data[proof.data.rfind(b"trailer") :]
        assert pdf.ids[0]
