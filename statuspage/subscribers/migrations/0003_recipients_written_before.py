from django.db import migrations


def all_are_written(apps, schema_editor):
    """What was fanned out before there were slices was fanned out to the end."""
    apps.get_model("subscribers", "Notice").objects.filter(fanned_out_at__isnull=False).update(written_to=None)


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0002_recipients_in_slices")]
    operations = [migrations.RunPython(all_are_written, migrations.RunPython.noop)]
