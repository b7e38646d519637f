"""Django's registration of the room."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The room ``portal``."""

    name = "fairdue.portal"
