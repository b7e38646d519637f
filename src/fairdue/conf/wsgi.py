"""WSGI entry for any server."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from fairdue.conf.catalogues import compile_if_stale

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fairdue.conf.settings")
compile_if_stale()
application = get_wsgi_application()
