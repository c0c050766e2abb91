from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('analytics', '0002_plate_reading')]

    operations = [
        migrations.AddField(
            model_name='analysisrun',
            name='picture',
            field=models.JSONField(blank=True, null=True, verbose_name='mutu gambar'),
        ),
    ]
