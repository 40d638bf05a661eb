import secrets
import string

from django.db import migrations


def give_codes(apps, schema_editor):
    """Each measure a code of its own: a default would be the same for all of them."""
    rows = apps.get_model("postmortems", "Mitigation").objects.filter(code="")
    for row in rows.iterator():
        row.code = "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(12))
        row.save(update_fields=["code"])


class Migration(migrations.Migration):
    dependencies = [("postmortems", "0005_mitigations_followed")]

    operations = [migrations.RunPython(give_codes, migrations.RunPython.noop)]
