"""Mail handed in by a program, as another way into the inbox."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext
from ninja import Router

from fairdue.api import once as work
from fairdue.api.door import ApiRequest, Scoped
from fairdue.api.fields import Key
from fairdue.api.problems import Kind, Problem, wrong
from fairdue.api.shapes import MailTaken
from fairdue.contact.actions import At, do_receive
from fairdue.contact.models import InboundMail

MAIL = "message/rfc822"
router = Router(tags=["Inbox"], auth=Scoped("inbox:write"))


@router.post(
    "/inbox", response=MailTaken, summary="Hand in a mail", operation_id="receive_mail",
    openapi_extra={"requestBody": {"required": True, "content": {MAIL: {"schema": {"type": "string", "format": "binary"}}}}},
)  # fmt: skip
def receive(request: ApiRequest, key: Key) -> HttpResponse:
    """Take a mail as it came (RFC 822). It is told apart and tied to its customer as one from the mailbox; a reply holds the next step.

    The same mail by whatever way is `known`. One that nobody can assign waits for a person.
    """
    if (request.content_type or "").lower() != MAIL:
        raise Problem(Kind.MEDIA_TYPE, gettext("Send the mail as %(media)s.") % {"media": MAIL})
    data = request.body
    if not data.strip():
        raise wrong("body", gettext("The mail is empty."))

    def take(claim: work.Claim) -> tuple[int, MailTaken]:
        receipt = do_receive(request.acting, data, at=At("api"))
        row = InboundMail.objects.select_related("customer").get(pk=receipt.mail_id)
        return 200, MailTaken(
            what=receipt.what.value, mail_id=row.pk, customer=row.customer.number if row.customer else None
        )

    return work.once(request, key, work.fingerprint(request, {}, [("mail", data)]), take, in_one=True)
