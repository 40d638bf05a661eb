"""The product's own settings, with what tests need different: a throw-away data directory and plain static files."""

import os
import tempfile

os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="candor-tests-")
os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 32)

from statuspage.settings import *  # noqa: F403
from statuspage.settings import DATABASES, STORAGES

# Hashed names need a collectstatic run; the names themselves are Django's to test.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# A file, as in production: threads that share a database in memory wait for each other in other ways.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(os.environ["DATA_DIR"], "test.sqlite3")}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
