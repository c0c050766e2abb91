from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("cameras", "0004_ring_claims"),
    ]

    operations = [
        migrations.AddField(
            model_name="camerawatch",
            name="still",
            field=models.FileField(blank=True, max_length=300, upload_to="looks", verbose_name="gambar terakhir"),
        ),
        migrations.AddField(
            model_name="camerawatch",
            name="still_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="gambar terakhir pada"),
        ),
    ]
