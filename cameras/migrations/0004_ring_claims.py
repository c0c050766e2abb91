from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cameras", "0003_footage_sources"),
    ]

    operations = [
        migrations.AddField(
            model_name="ringchannel",
            name="crashes",
            field=models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="kali menjatuhkan perekam"),
        ),
        migrations.AddField(
            model_name="ringchannel",
            name="lease_until",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="ringchannel",
            name="owner",
            field=models.CharField(blank=True, editable=False, max_length=120, verbose_name="perekam"),
        ),
        migrations.AddField(
            model_name="ringchannel",
            name="set_aside_until",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="dikesampingkan sampai"),
        ),
        migrations.AddField(
            model_name="ringchannel",
            name="token",
            field=models.UUIDField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="ringdemand",
            name="since",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="ringsegment",
            name="stretches",
            field=models.JSONField(blank=True, default=list),
        ),
    ]
