"""The Django application of this room."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The room ``api``."""

    name = "fairdue.api"
    label = "api"
