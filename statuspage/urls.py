from django.conf import settings
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("accounts/", include("statuspage.team.urls")),
    path("admin/", admin.site.urls),
    path("desk/", include("statuspage.incidents.urls")),
    path("desk/subscribers/", include("statuspage.subscribers.urls")),
    path("desk/postmortems/", include("postmortems.urls")),
    path("desk/mitigations/", include("postmortems.urls_mitigations")),
    path("desk/search/", include("statuspage.search.urls")),
    *([path("mail/", include("anymail.urls"))] if settings.ANYMAIL_WEBHOOK_SECRET else []),
    # What of the public site is no file.
    path("", include("statuspage.subscribers.urls_public")),
    path("", include("statuspage.incidents.urls_public")),
    path("", include("statuspage.search.urls_public")),
    path("", include("statuspage.publishing.urls")),
]

handler404 = "statuspage.publishing.views.not_found"
handler400 = "statuspage.publishing.refusals.bad_request"
