"""Candor's settings: everything that differs between installations comes from the environment."""

from pathlib import Path
from urllib.parse import urlsplit

from statuspage import environment

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = environment.data_dir(default=BASE_DIR / "var")
PUBLIC_ROOT = DATA_DIR / "public"
FONTS_DIR = BASE_DIR / "postmortems" / "fonts"

HOST = environment.read("HOST", "127.0.0.1")
PORT = environment.read_port("PORT", 8000)
SITE_URL = environment.read_site_url(default=f"http://localhost:{PORT}")
REDIS_URL = environment.read_redis_url()
ADMIN_EMAIL = environment.read("ADMIN_EMAIL", "admin@localhost")
SECRET_KEY = environment.secret_key(DATA_DIR)
DEBUG = environment.read_bool("DEBUG")

_site = urlsplit(SITE_URL)
ALLOWED_HOSTS = [_site.hostname]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
if _site.hostname in {"localhost", "127.0.0.1", "::1"}:
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
    CSRF_TRUSTED_ORIGINS = [f"{_site.scheme}://{host}:{_site.port or PORT}" for host in ALLOWED_HOSTS]
if _site.scheme == "https":
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    # Only the proxy in front may say so; the README tells to have it overwrite the header.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_AGE = 7 * 24 * 3600

INSTALLED_APPS = [
    "statuspage.team.apps.CandorAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "anymail",
    "django_htmx",
    "allauth",
    "allauth.account",
    "statuspage.publishing",
    "statuspage.team",
    "statuspage.components",
    "statuspage.subscribers",
    "statuspage.incidents",
    "statuspage.importers",
    "postmortems",
    "statuspage.search",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
X_FRAME_OPTIONS = "DENY"

ROOT_URLCONF = "statuspage.urls"
WSGI_APPLICATION = "statuspage.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["statuspage.publishing.templatetags.page", "statuspage.incidents.templatetags.incidents"],
        },
    }
]

DATABASES = {"default": environment.read_database(DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "team.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
# Such a mail would offer to sign up, which nobody can.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# Failed sign-ins are counted by address; behind proxies everybody would have that of the last one.
ALLAUTH_TRUSTED_PROXY_COUNT = environment.read_count("TRUSTED_PROXIES")
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"

vars().update(environment.read_email())
# In seconds. Letters to subscribers have limits of their own; nothing else waits for a mail server for ever.
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = environment.read_mailbox("MAIL_FROM", f"status@{_site.hostname}")
MAIL_DKIM_SELECTOR = environment.read("MAIL_DKIM_SELECTOR")
# By which the ESP proves that it is the ESP, as name:password (HTTP basic authentication).
ANYMAIL_WEBHOOK_SECRET = environment.read("MAIL_WEBHOOK_SECRET") or None
MAIL_REPLY_TO = environment.read_mailbox("MAIL_REPLY_TO")
# Networks in which hooks may be told though they are not public, or not by https.
WEBHOOK_ALLOW = environment.read_networks("WEBHOOK_ALLOW")

LANGUAGE_CODE = "en"
# What readers may choose from; the desk speaks English.
LANGUAGES = [
    ("en", "English"),
    ("de", "Deutsch"),
    ("fr", "Français"),
    ("es", "Español"),
    ("pt", "Português"),
    ("ja", "日本語"),
]
LOCALE_PATHS = [BASE_DIR / "statuspage" / "locale"]
USE_I18N = True
# Code thinks in UTC; readers see the page's own zone.
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = PUBLIC_ROOT / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Hashed names with .gz and .br beside them: public files like any other.
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# A pasted log is megabytes long; it deserves the form's own sentence, not a bare 400.
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

CELERY_BROKER_URL = REDIS_URL or None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 0.5,
    "socket_timeout": 5,
}
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_DEFAULT_QUEUE = "housekeeping"
CELERY_TASK_ROUTES = {
    "postmortems.tasks.*": {"queue": "render"},
    "statuspage.subscribers.tasks.fan_out": {"queue": "notify"},
    # Apart from that: a mail server that keeps its sender waiting must not keep news from being written down.
    "statuspage.subscribers.tasks.drain_mail": {"queue": "mail"},
    "statuspage.subscribers.tasks.drain_hooks": {"queue": "webhook"},
    # A flood of sign-ups must not stand before those who wait for news.
    "statuspage.subscribers.tasks.answer_sign_ups": {"queue": "render"},
}

# What is due is a row in the database; this says how often somebody looks. Celery's beat follows it, and so does
# the clock of the embedded server, which has no broker to wake it and therefore looks each second.
_look = 15.0 if REDIS_URL else 1.0
# Workers that are busy find what is due anyway: a look that nobody took must not queue up before what is new.
_unless_busy = {"expires": _look}
CELERY_BEAT_SCHEDULE = {
    "advance maintenances": {"task": "statuspage.incidents.tasks.advance_maintenances", "schedule": _look},
    "render postmortem files": {"task": "postmortems.tasks.render_due", "schedule": _look},
    "forget PDFs of drafts": {"task": "postmortems.tasks.forget_proofs", "schedule": 600.0},
    "remind owners of what they promised": {"task": "postmortems.tasks.remind_owners", "schedule": 60.0},
    "publish what is owed": {"task": "statuspage.publishing.tasks.publish_owed", "schedule": _look},
    "write down who is to be told": {
        "task": "statuspage.subscribers.tasks.fan_out",
        "schedule": _look,
        "options": _unless_busy,
    },
    "tell by mail": {
        "task": "statuspage.subscribers.tasks.drain_mail",
        "schedule": _look,
        "options": _unless_busy,
    },
    "tell hooks": {
        "task": "statuspage.subscribers.tasks.drain_hooks",
        "schedule": _look,
        "options": _unless_busy,
    },
    "answer whoever asks to be told": {
        "task": "statuspage.subscribers.tasks.answer_sign_ups",
        "schedule": _look,
        "options": _unless_busy,
    },
    "forget who is not told": {"task": "statuspage.subscribers.tasks.purge", "schedule": 3600.0},
    "republish overviews": {"task": "statuspage.publishing.tasks.republish_overviews", "schedule": 60.0},
    "begin the day": {"task": "statuspage.publishing.tasks.begin_day", "schedule": 60.0},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"without passes": {"()": "statuspage.subscribers.quiet_log.WithoutPasses"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without passes"]}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"weasyprint": {"level": "ERROR"}, "fontTools": {"level": "ERROR"}},
}
