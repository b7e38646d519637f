"""Django's registration of the room."""

from django.apps import AppConfig


class CycleConfig(AppConfig):
    """The room ``cycle``."""

    name = "fairdue.cycle"
