import cameras.footage.states
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("cameras", "0005_patrol_stills"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="footageclip",
            options={
                "ordering": ["-start_at", "camera"],
                "permissions": [("view_original_clip", "Boleh melihat rekaman asli yang tidak disamarkan")],
                "verbose_name": "rekaman",
                "verbose_name_plural": "rekaman",
            },
        ),
        migrations.AddField(
            model_name="clipexcerpt",
            name="media_start_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="clipexcerpt",
            name="notes",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddIndex(
            model_name="clipexcerpt",
            index=models.Index(
                condition=models.Q(("state", cameras.footage.states.ExcerptState["WANTED"])),
                fields=["next_run"],
                name="excerpt_due",
            ),
        ),
    ]
