"""Requests made up from the description: whatever is sent, the answer is one that is described, and never a failure of the server."""

from __future__ import annotations

import pytest
import schemathesis
from api_sample import House
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from fairdue.api.urls import schema as described


@schemathesis.serializer("message/rfc822")
def _mail(ctx, value) -> bytes:
    """Send made-up bytes as they are."""
    return value.data if hasattr(value, "data") else str(value).encode()


DESCRIPTION = schemathesis.openapi.from_dict(described())
OPERATIONS = {one.ok().label: one.ok() for one in DESCRIPTION.get_all_operations()}
EXAMPLES = 20


@pytest.fixture
def kept_connection():
    """Keep the test's own connection through requests, as Django's test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("kept_connection")
@pytest.mark.parametrize("label", OPERATIONS)
def test_made_up_requests_are_answered_as_described(label: str, ours: House, settings):
    settings.FAIRDUE_API_CALLS_A_MINUTE, settings.ALLOWED_HOSTS = 0, ["localhost", "testserver"]
    _fuzz(label, ours.token())


def _fuzz(label: str, token: str) -> None:
    operation = OPERATIONS[label]
    operation.app = operation.schema.app = WSGIHandler()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case) -> None:
        response = case.call(headers={"Authorization": f"Bearer {token}"})
        checks = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
        case.validate_response(response, checks=checks)

    ask()
