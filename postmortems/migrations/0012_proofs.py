import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("postmortems", "0011_templates")]

    operations = [
        migrations.CreateModel(
            name="Proof",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(help_text="Of the draft that it shows.")),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("content", models.BinaryField(blank=True, null=True)),
                ("error", models.CharField(blank=True, max_length=500)),
                (
                    "postmortem",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="proof", to="postmortems.postmortem"
                    ),
                ),
            ],
        ),
    ]
