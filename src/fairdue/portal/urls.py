"""The portal's addresses. A token says nothing about whom it belongs to."""

from __future__ import annotations

from django.urls import URLPattern, path

from fairdue.portal import views

app_name = "portal"
urlpatterns: list[URLPattern] = [
    path("<str:token>", views.statement, name="statement"),
    path("<str:token>/balance/<int:confirmation_id>", views.balance, name="balance"),
    path("<str:token>/files/<int:file_id>", views.file, name="file"),
]
