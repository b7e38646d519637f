"""Django's registration of the room."""

from django.apps import AppConfig


class CashConfig(AppConfig):
    """The room ``cash``."""

    name = "fairdue.cash"
