"""The Django application of this room."""

from __future__ import annotations

from django.apps import AppConfig


class BooksConfig(AppConfig):
    name = "fairdue.books"
    label = "books"
