"""Django's registration of the room."""

from django.apps import AppConfig


class DunningConfig(AppConfig):
    """The room ``dunning``."""

    name = "fairdue.dunning"
