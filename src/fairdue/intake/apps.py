"""Django's registration of the room."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """The room ``intake``."""

    name = "fairdue.intake"
