"""All settings, in one file. The README lists every variable read here."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

import dj_database_url
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from jsc_project import media_url, photo_hosts
from jsc_project.env import env_bool, env_int, env_list, env_secret, env_secret_list, env_str, kept_secret

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env_str("JSC_VAR_DIR") or BASE_DIR / "var").expanduser().resolve()
KEYS_DIR = VAR_DIR / "keys"
for _folder in ("", "broker", "media", "logs", "static"):
    (VAR_DIR / _folder).mkdir(parents=True, exist_ok=True)

DEBUG = env_bool("DEBUG")
JSC_DEMO = env_bool("JSC_DEMO")
"""Set by ``manage.py demo`` for the processes it starts; demo data may be approximate."""

# -- Secrets --------------------------------------------------------------------
# A secret that is not given is made once under the var folder: a bare machine works, and no secret is ever shared
# between two installations. Webhook secrets are the exception: they are agreed with the sender, so there is no default.
SECRET_KEY = kept_secret("DJANGO_SECRET_KEY", KEYS_DIR)
JSC_HASH_KEY = kept_secret("JSC_HASH_KEY", KEYS_DIR)
JSC_HASH_KEYS_RETIRED = env_secret_list("JSC_HASH_KEYS_RETIRED")
"""Keys that JSC_HASH_KEY has replaced, newest first: they prove the lines of the access log that they made."""
JSC_FIELD_KEYS = [key.strip() for key in kept_secret("JSC_FIELD_KEYS", KEYS_DIR).split(",") if key.strip()]
JSC_WEBHOOK_SECRETS = env_secret_list("JSC_WEBHOOK_SECRETS")

ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.simple_history",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "simple_history",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "csp",
    "jsc_project",
    "cameras",
    "analytics",
    "reports",
]

JSC_WITHOUT_CONSOLE = env_bool("JSC_WITHOUT_CONSOLE")
"""For processes that only work: no pages are loaded, and with them half of what the service imports."""
if JSC_WITHOUT_CONSOLE:
    INSTALLED_APPS[INSTALLED_APPS.index("django.contrib.admin")] = "django.contrib.admin.apps.SimpleAdminConfig"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "jsc_project.csp.AreaCspMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "jsc_project.language.ChosenLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "jsc_project.urls"
WSGI_APPLICATION = "jsc_project.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# -- Database -------------------------------------------------------------------


def _database() -> dict[str, Any]:
    url = env_secret("DATABASE_URL") or f"sqlite:///{quote(str(VAR_DIR / 'jsc.sqlite3'))}"
    try:
        config: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True))
    except (ValueError, KeyError) as exc:
        raise ImproperlyConfigured(
            "DATABASE_URL must look like sqlite:///path or postgres://user:pw@host/name"
        ) from exc
    if config["ENGINE"].endswith("sqlite3"):
        # IMMEDIATE: without it two thirds of concurrent read-then-write transactions failed with "locked".
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # Deleted text is overwritten: what a citizen had erased must not lie in the file until the space is used.
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
            ),
        }
        # A file, so that threads of a test see one database, as processes do in production; one per run of the tests.
        config["TEST"] = {"NAME": str(VAR_DIR / f"test-{os.getpid()}.sqlite3")}
    return config


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- Queue ----------------------------------------------------------------------

CELERY_BROKER_URL = env_secret("CELERY_BROKER_URL") or "filesystem://"
if CELERY_BROKER_URL.startswith("filesystem://"):
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "data_folder_in": str(VAR_DIR / "broker"),
        "data_folder_out": str(VAR_DIR / "broker"),
        "control_folder": str(VAR_DIR / "broker" / "control"),
        "polling_interval": 0.2,
    }
else:
    # With kombu's emulated acks a broker crash during an ack leaves a worker alive and deaf; our rows redeliver anyway.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"ack_emulation": False, "socket_timeout": 5, "socket_connect_timeout": 2}
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "intake"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "Asia/Jakarta"
CELERY_ENABLE_UTC = True

# -- People ---------------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "reports.access.MembershipBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
SESSION_COOKIE_AGE = 12 * 3600
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]

# -- Language and time ----------------------------------------------------------

LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "jsc_project" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Jakarta"
FORMAT_MODULE_PATH = ["jsc_project.formats"]

# -- Files ----------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
# Serving straight from the apps' folders spares a bare machine the collectstatic step.
WHITENOISE_USE_FINDERS = True
JSC_MEDIA_URL = env_str("JSC_MEDIA_URL") or str(VAR_DIR / "media")
MEDIA_ROOT = str(media_url.folder_of(JSC_MEDIA_URL) if media_url.is_folder(JSC_MEDIA_URL) else VAR_DIR / "media")
MEDIA_URL = "/media-is-private/"
"""Nothing is served from here: pictures go through views that check who asks."""
STORAGES: dict[str, Any] = {
    "default": media_url.storage_of(JSC_MEDIA_URL, env_secret("JSC_S3_ACCESS_KEY"), env_secret("JSC_S3_SECRET_KEY")),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
JSC_STORAGE_RESERVE_MB = env_int("JSC_STORAGE_RESERVE_MB", 1024)
"""Footage is not written when less than this would be left: database, logs and stills need room too."""
JSC_FOOTAGE_KEEP_H = env_int("JSC_FOOTAGE_KEEP_H", 72)
"""Footage, and its unblurred parts, are deleted this long after no open incident uses them."""
JSC_EVIDENCE_KEEP_DAYS = env_int("JSC_EVIDENCE_KEEP_DAYS", 90, at_least=1)
"""After closing: what still leads to one person or vehicle (plates that were read, blurred clips)."""
JSC_STILLS_KEEP_DAYS = env_int("JSC_STILLS_KEEP_DAYS", 365, at_least=1)
"""After closing: blurred stills, and citizens' blurred photos."""
JSC_DELIVERIES_KEEP_DAYS = env_int("JSC_DELIVERIES_KEEP_DAYS", 30, at_least=8)
"""Webhook bodies, encrypted; longer than the 7 days in which a sender may come back with an id."""
JSC_ACCESS_ANCHORS = Path(env_str("JSC_ACCESS_ANCHORS") or VAR_DIR / "logs" / "access-anchors.jsonl").expanduser()
"""Where the access log's end is told outside the database; best on a disk that the database's administrators cannot
write."""
JSC_FOOTAGE_ROOT = Path(env_str("JSC_FOOTAGE_ROOT") or VAR_DIR / "footage").expanduser().resolve()
"""Folder sources may read below this folder and nowhere else."""
try:
    JSC_CAMERA_NETWORKS = [ipaddress.ip_network(network) for network in env_list("JSC_CAMERA_NETWORKS")]
except ValueError as _exc:
    raise ImproperlyConfigured(f"JSC_CAMERA_NETWORKS must be networks such as 10.0.0.0/8,...: {_exc}") from _exc

JSC_RING_SEGMENT_S = env_int("JSC_RING_SEGMENT_S", 30, at_least=10)
if JSC_RING_SEGMENT_S > 60:
    raise ImproperlyConfigured(f"JSC_RING_SEGMENT_S must be from 10 to 60 seconds, got {JSC_RING_SEGMENT_S}")
JSC_RING_MAX_GB = env_int("JSC_RING_MAX_GB", 200, at_least=1)
"""All that our own recorder keeps; the oldest goes first."""
JSC_RING_SPOOL = Path(env_str("JSC_RING_SPOOL") or VAR_DIR / "ring-spool").expanduser().resolve()
"""Where running segments are written before they go into the storage; best on the same disk as that."""

# -- Intake ---------------------------------------------------------------------

JSC_WEBHOOK_MAX_BYTES = 100_000
JSC_WEBHOOK_TOLERANCE_S = 300
JSC_WEBHOOK_RATE_PER_S = env_int("JSC_WEBHOOK_RATE_PER_S", 100, at_least=1)
JSC_PUBLIC_BASE_URL = env_str("JSC_PUBLIC_BASE_URL")
"""Where citizens reach the service; empty: the host of the request."""
JSC_PUBLIC_RATE_PER_MIN = env_int("JSC_PUBLIC_RATE_PER_MIN", 600, at_least=1)
"""Status questions per address. Generous, because a mobile carrier puts thousands of citizens behind one address."""
JSC_PUBLIC_MISSES_PER_MIN = env_int("JSC_PUBLIC_MISSES_PER_MIN", 10, at_least=1)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

# -- Pipeline -------------------------------------------------------------------

JSC_LEASE_S = env_int("JSC_LEASE_S", 60, at_least=2)
JSC_HEARTBEAT_S = env_int("JSC_HEARTBEAT_S", 15, at_least=1)
JSC_SWEEP_S = env_int("JSC_SWEEP_S", 10, at_least=1)
JSC_MAX_CAMERAS = env_int("JSC_MAX_CAMERAS", 4, at_least=1)
JSC_OVERLOADED_AFTER_S = env_int("JSC_OVERLOADED_AFTER_S", 2 * 3600, at_least=60)
JSC_PULL_WALL_S = env_int("JSC_PULL_WALL_S", 270, at_least=5)
"""One pull of one clip; a source that delivers a second a second gets the window's length on top."""
JSC_PULL_PATIENCE_S = env_int("JSC_PULL_PATIENCE_S", 900, at_least=30)
"""All tries of one clip together; then the next camera is asked, or the verification ends without it."""
JSC_FOOTAGE_WALL_S = env_int("JSC_FOOTAGE_WALL_S", 3600, at_least=60)
"""All clips of one verification together; then it is decided from what has come."""
JSC_PULLS_PER_RECORDER = env_int("JSC_PULLS_PER_RECORDER", 4, at_least=1)
JSC_PULLS_PER_CAMERA = env_int("JSC_PULLS_PER_CAMERA", 1, at_least=1)
"""Pulls at once. Recorders serve a handful of playback sessions and refuse, or drop, the rest."""
JSC_QLUE_CALLBACK_URL = env_str("JSC_QLUE_CALLBACK_URL")
JSC_QLUE_CALLBACK_SECRETS = env_secret_list("JSC_QLUE_CALLBACK_SECRETS")
"""Not the webhook's secrets: what we sign must not pass for something Qlue sent."""
EMAIL_BACKEND = env_str("EMAIL_BACKEND") or "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "outbox"
DEFAULT_FROM_EMAIL = env_str("DEFAULT_FROM_EMAIL") or "jsc@localhost"

# -- Citizens' photos -----------------------------------------------------------

try:
    JSC_PHOTO_HOSTS = photo_hosts.read_hosts(env_list("JSC_PHOTO_HOSTS"))
except ValueError as _exc:
    raise ImproperlyConfigured(f"JSC_PHOTO_HOSTS: {_exc}") from _exc
"""Hosts that photos are fetched from; none: no photo is fetched."""
JSC_PHOTO_RATE_PER_MIN = env_int("JSC_PHOTO_RATE_PER_MIN", 60, at_least=1)
"""Photos a minute from one host."""

# -- Health patrol --------------------------------------------------------------

JSC_PATROL_EVERY_MIN = env_int("JSC_PATROL_EVERY_MIN", 30)
"""Each camera is looked at this often; 0 turns the patrol off."""
JSC_PATROL_PARALLEL = env_int("JSC_PATROL_PARALLEL", 6, at_least=1)

# -- Vision ---------------------------------------------------------------------

JSC_WEIGHTS = env_str("JSC_WEIGHTS") or "yolo26n.pt"
JSC_ALLOW_PICKLED_WEIGHTS = env_bool("JSC_ALLOW_PICKLED_WEIGHTS")
"""A .pt is a pickle and runs code when loaded; official model names are exempt, files need this switch."""

# -- Web ------------------------------------------------------------------------

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env_bool("JSC_BEHIND_TLS_PROXY") else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env_bool("JSC_BEHIND_TLS_PROXY")
SECURE_HSTS_SECONDS = 31_536_000 if env_bool("JSC_BEHIND_TLS_PROXY") else 0

CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ("/admin/", "/api/schema/"),
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}
JSC_ADMIN_CSP = {
    # Unfold's bundled Alpine evaluates expressions; that costs unsafe-eval, here and nowhere else.
    "default-src": [NONE],
    "script-src": [SELF, UNSAFE_EVAL, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "media-src": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
    "base-uri": [SELF],
}

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Jakarta Smart City: laporan warga dan kamera",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "JSC",
    "SITE_HEADER": "Jakarta Smart City",
    "SITE_SUBHEADER": _("Laporan warga, diperiksa kamera"),
    "SITE_SYMBOL": "videocam",
    "SHOW_LANGUAGES": True,
    "SHOW_HISTORY": False,
    "SITE_URL": reverse_lazy("lacak"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("reports/icon.svg")}],
    "STYLES": [lambda request: static("reports/admin.css")],
    "DASHBOARD_CALLBACK": "reports.admin.dashboard.dashboard",
    "SIDEBAR": {"navigation": "reports.admin.navigation.navigation"},
    "COLORS": {
        "primary": {
            "50": "#eef8fa",
            "100": "#d5eef3",
            "200": "#abdce6",
            "300": "#76c3d3",
            "400": "#3fa3b8",
            "500": "#1f869c",
            "600": "#0b6a7e",
            "700": "#0b5d6e",
            "800": "#0d4b59",
            "900": "#0d3d49",
            "950": "#062a33",
        },
    },
}

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(VAR_DIR / "cache"),
        # The default of 300 would let a crowd of addresses push out the counters of the throttles.
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

DEFAULT_EXCEPTION_REPORTER = "jsc_project.reporting.DiscreetReporter"
DEFAULT_EXCEPTION_REPORTER_FILTER = "jsc_project.reporting.DiscreetFilter"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    # At DEBUG botocore tells every signed header.
    "loggers": {
        **{name: {"level": "WARNING"} for name in ("boto3", "botocore", "s3transfer", "urllib3")},
        # Told whatever the level of the rest: shipped elsewhere with the log, they prove that no line was cut off.
        "reports.services.access_log": {"level": "INFO"},
    },
    "root": {"handlers": ["console"], "level": env_str("JSC_LOG_LEVEL") or "WARNING"},
}
