"""What the web server runs: stored public files first, Django for the rest."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from statuspage.publishing.serving import PublicFiles

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "statuspage.settings")

application = PublicFiles(
    get_wsgi_application(), root=settings.PUBLIC_ROOT, https=settings.SITE_URL.startswith("https://")
)
