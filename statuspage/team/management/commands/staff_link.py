from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.urls import reverse

from statuspage.team.models import User


class Command(BaseCommand):
    help = "Print a link with which EMAIL sets a password, once; makes an account that may do everything if missing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"“{email}” is no mail address.") from error
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            user = User.objects.create_superuser(email)
        if not user.is_active:
            raise CommandError(f"The account {user.email} is switched off: switch it on in the admin first.")
        # Whoever sets a password changes what the key was made from, so a link works once.
        key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
        path = reverse("account_reset_password_from_key", kwargs=key)
        self.stdout.write(f"{user.email}: {settings.SITE_URL}{path}")
