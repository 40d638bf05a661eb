import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("publishing", "0005_the_past")]

    operations = [
        migrations.CreateModel(
            name='Owed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model', models.CharField(blank=True, help_text='app.Model of what changed; empty for everything.', max_length=100)),
                ('key', models.BigIntegerField(blank=True, null=True)),
                ('since', models.DateTimeField(default=django.utils.timezone.now)),
                ('due_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('failed', models.BooleanField(default=False, help_text='Tried, and readers do not have all of it yet.')),
                ('reached', models.JSONField(blank=True, default=list)),
            ],
            options={
                'verbose_name_plural': 'owed',
            },
        ),
        migrations.AddField(
            model_name='statuspage',
            name='day',
            field=models.DateField(editable=False, null=True),
        ),
    ]
