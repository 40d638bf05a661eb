from django.db import migrations, models

import statuspage.publishing.models


class Migration(migrations.Migration):
    dependencies = [("publishing", "0002_the_one_status_page")]

    operations = [
        migrations.AddField(
            model_name='statuspage',
            name='translations',
            field=models.JSONField(blank=True, default=statuspage.publishing.models.every_language, help_text='The page is offered in these languages too, each under an address of its own such as /de/.'),
        ),
        migrations.AlterField(
            model_name='statuspage',
            name='locale',
            field=models.CharField(choices=[('en', 'English'), ('de', 'Deutsch'), ('fr', 'Français'), ('es', 'Español'), ('pt', 'Português'), ('ja', '日本語')], default='en', help_text='The language of the page itself; what you write is never translated.', max_length=12, verbose_name='language'),
        ),
    ]
