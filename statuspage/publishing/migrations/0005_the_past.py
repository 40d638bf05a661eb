from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("publishing", "0004_uptime_weights")]

    operations = [
        migrations.AddField(
            model_name='statuspage',
            name='public_past',
            field=models.BooleanField(default=False, help_text='Let readers, not only staff, see the page as it stood at any past moment.', verbose_name='show the past to everyone'),
        ),
    ]
