from decimal import Decimal

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("publishing", "0003_languages")]

    operations = [
        migrations.AddField(
            model_name='statuspage',
            name='weight_degraded',
            field=models.DecimalField(decimal_places=2, default=Decimal('0'), help_text='The same of degraded performance.', max_digits=3, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('1'))]),
        ),
        migrations.AddField(
            model_name='statuspage',
            name='weight_major',
            field=models.DecimalField(decimal_places=2, default=Decimal('1'), help_text='How much of a major outage counts as downtime: 1 is all.', max_digits=3, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('1'))]),
        ),
        migrations.AddField(
            model_name='statuspage',
            name='weight_partial',
            field=models.DecimalField(decimal_places=2, default=Decimal('0.3'), help_text='The same of a partial outage.', max_digits=3, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('1'))]),
        ),
    ]
