import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("postmortems", "0004_review_and_withdrawal")]

    operations = [
        migrations.AddField(
            model_name="mitigation",
            name="code",
            field=models.CharField(default="", editable=False, max_length=12),
        ),
        migrations.AddField(
            model_name="mitigation",
            name="owner_email",
            field=models.EmailField(
                blank=True,
                help_text="For weekly reminders; never published.",
                max_length=254,
                verbose_name="owner’s e-mail",
            ),
        ),
        migrations.AddField(
            model_name="mitigation",
            name="reason",
            field=models.CharField(
                blank=True, help_text="Why it will not be done; never published.", max_length=500
            ),
        ),
        migrations.AddField(
            model_name="mitigation",
            name="settled_at",
            field=models.DateTimeField(
                blank=True, help_text="When it was done or given up; empty where nobody knows.", null=True
            ),
        ),
        migrations.CreateModel(
            name="ReminderRound",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("monday", models.DateField(unique=True)),
                ("owed", models.JSONField(default=list)),
                (
                    "due_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, help_text="When somebody looks after it, or looks again."
                    ),
                ),
                (
                    "error",
                    models.CharField(blank=True, help_text="What the last attempt ended with.", max_length=300),
                ),
            ],
        ),
    ]
