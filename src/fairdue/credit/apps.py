"""Django's registration of the room."""

from django.apps import AppConfig


class CreditConfig(AppConfig):
    """The room ``credit``."""

    name = "fairdue.credit"
