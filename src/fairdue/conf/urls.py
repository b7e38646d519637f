"""The table of URLs: the web application and the debtor's portal."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("p/", include("fairdue.portal.urls")),
    path("", include("fairdue.web.urls")),
]
