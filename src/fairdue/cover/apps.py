"""Django's registration of the room."""

from django.apps import AppConfig


class CoverConfig(AppConfig):
    """The room ``cover``."""

    name = "fairdue.cover"
