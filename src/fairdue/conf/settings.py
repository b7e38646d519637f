"""Django settings, all from the environment (see ``env.py``)."""

from __future__ import annotations

import secrets
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from fairdue.conf import env
from fairdue.conf.databases import django_database

env.set_for_libraries()
PACKAGE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.DATA_DIR.text()).resolve()


def _secret_key() -> str:
    """Give the signing key: from the environment, else from a key file made once and readable by its owner only."""
    if given := env.SECRET_KEY.text():
        return given
    path = DATA_DIR / "secret.key"
    if not path.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50), encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()


SECRET_KEY = _secret_key()
DEBUG = env.DEBUG.flag()
ALLOWED_HOSTS = [host.strip() for host in env.ALLOWED_HOSTS.text().split(",") if host.strip()]
BASE_URL = env.BASE_URL.text().rstrip("/")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "fairdue.people",
    "fairdue.ledger",
    "fairdue.contact",
    "fairdue.intake",
    "fairdue.cash",
    "fairdue.credit",
    "fairdue.cover",
    "fairdue.dunning",
    "fairdue.books",
    "fairdue.cycle",
    "fairdue.web",
    "fairdue.portal",
    "fairdue.api",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "fairdue.api.door.Door",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "fairdue.web.middleware.SecurityHeaders",
    "fairdue.web.middleware.PlainTexts",
    "fairdue.web.middleware.CompanyScope",
]

ROOT_URLCONF = "fairdue.conf.urls"
WSGI_APPLICATION = "fairdue.conf.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "fairdue.web.context.navigation",
            ]
        },
    }
]

DATABASES = {"default": django_database(env.DATABASE_URL.text(), DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "web:sign-in"
LOGIN_REDIRECT_URL = "web:home"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [PACKAGE_DIR / "conf" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_USE_FINDERS = True

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = BASE_URL.startswith("https://")
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
CSRF_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = env.UPLOAD_MAX_MB.number() * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

FAIRDUE_MASTER_KEY = env.MASTER_KEY.text()
FAIRDUE_MASTER_KEY_COMMAND = env.MASTER_KEY_COMMAND.text()
FAIRDUE_SMTP_URL = env.SMTP_URL.text()
FAIRDUE_SMTP_TOKEN = env.SMTP_TOKEN.text()
FAIRDUE_MAIL_FROM = env.MAIL_FROM.text()
FAIRDUE_IMAP_URL = env.IMAP_URL.text()
FAIRDUE_IMAP_COMPANY = env.IMAP_COMPANY.text()
FAIRDUE_IMAP_TOKEN = env.IMAP_TOKEN.text()
FAIRDUE_LINK_DAYS = env.LINK_DAYS.number()
FAIRDUE_UPLOAD_MAX_BYTES = env.UPLOAD_MAX_MB.number() * 1024 * 1024
FAIRDUE_BLOB_URL = env.BLOB_URL.text()
FAIRDUE_KEYS_URL = env.KEYS_URL.text()
FAIRDUE_BOOKS_ACK_DAYS = env.BOOKS_ACK_DAYS.number()
FAIRDUE_API_CALLS_A_MINUTE = env.API_CALLS_A_MINUTE.number()
