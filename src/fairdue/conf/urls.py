"""The table of URLs: the web application, the debtor's portal, the HTTP interface."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("p/", include("fairdue.portal.urls")),
    path("api/", include("fairdue.api.urls")),
    path("", include("fairdue.web.urls")),
]
