from django.conf import settings
from django.db import migrations, models


def keep_the_last(apps, schema_editor):
    postmortem = apps.get_model("postmortems", "Postmortem")
    known = postmortem.objects.exclude(edited_by=None).values_list("pk", "edited_by")
    editors = postmortem.editors.through
    editors.objects.bulk_create(editors(postmortem_id=key, user_id=user) for key, user in known)


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("postmortems", "0012_proofs"),
    ]

    operations = [
        migrations.AddField(
            model_name="postmortem",
            name="editors",
            field=models.ManyToManyField(
                blank=True, editable=False, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.RunPython(keep_the_last, migrations.RunPython.noop),
        migrations.RemoveField(model_name="postmortem", name="edited_by"),
        migrations.AlterField(
            model_name="postmortem",
            name="notified",
            field=models.BooleanField(
                default=False, help_text="Whether subscribers were told of any revision, or are to be."
            ),
        ),
    ]
