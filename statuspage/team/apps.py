from django.apps import AppConfig
from django.contrib.admin import apps as admin


class TeamConfig(AppConfig):
    name = "statuspage.team"


class CandorAdminConfig(admin.AdminConfig):
    """The plain Django admin, but signing in happens at the one door."""

    default = False
    default_site = "statuspage.team.admin_site.CandorAdminSite"
