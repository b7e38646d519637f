"""Run by a test in a process of its own, on a database of its own: readers are forked and ended by SIGKILL, then one reads to the end."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

MAILS, ROUNDS = 40, 8


def main(folder: Path) -> None:
    import django
    from django.core.management import call_command
    from django.db import connections

    django.setup()
    call_command("migrate", verbosity=0)
    from fairdue.contact.collect import from_folder
    from fairdue.contact.models import InboundMail, MailPlace, Task
    from fairdue.ledger import audit
    from fairdue.ledger.models import Contact, Customer, Hold
    from fairdue.people.actor import system_actor
    from fairdue.people.models import Company

    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    company = Company.objects.create(code="acme", name="Acme", country="DE", currency="EUR", language="de")
    customer = Customer.objects.create(company=company, number="1", number_key="1", name="Muster AG", created_at=at)
    Contact.objects.create(company=company, customer=customer, email="ap@muster.example")
    folder.mkdir()
    for number in range(MAILS):
        made = EmailMessage()
        made["From"], made["Subject"], made["Message-ID"] = "ap@muster.example", "Frage", f"<{number}@muster.example>"
        made.set_content("Wir zahlen am Freitag.")
        made.add_attachment(b"%%PDF-%d" % number, maintype="application", subtype="pdf", filename="scan.pdf")
        (folder / f"{number:03}.eml").write_bytes(made.as_bytes())
    actor, chance, kills = system_actor(company.pk, at), random.Random(7), 0
    for _ in range(ROUNDS):
        connections.close_all()
        told, tell = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                from_folder(actor, folder, progress=lambda done, of: os.write(tell, b"."), at_once=3)
            finally:
                os._exit(0)
        # The end comes at a random moment of the work on one of the next mails, however busy the machine is.
        done = InboundMail.objects.count() + chance.randrange(4)
        connections.close_all()
        while done > 0:
            done -= len(os.read(told, done))
        time.sleep(chance.uniform(0, 0.03))
        os.kill(child, signal.SIGKILL)
        os.close(told)
        os.close(tell)
        kills += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    before = InboundMail.objects.count()
    from_folder(actor, folder)
    audit.seal(company.pk)
    found = {
        "kills": kills, "before": before, "mails": InboundMail.objects.count(), "places": MailPlace.objects.count(),
        "holds": Hold.objects.filter(reason="reply", released_on__isnull=True).count(),
        "tasks": Task.objects.filter(kind="reply").count(), "chain": len(audit.verify(company.pk)),
    }  # fmt: skip
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
