from django.db import migrations

from reports.reading.private import searchable

BATCH = 500


def fill(apps, schema_editor):
    """What people search in, for the reports that came before there was such a column."""
    reports = apps.get_model('reports', 'Report').objects
    last = 0
    while rows := list(reports.filter(pk__gt=last).order_by('pk').only('pk', 'title', 'text')[:BATCH]):
        for row in rows:
            row.searchable = searchable(row.title, row.text)
        reports.bulk_update(rows, ['searchable'])
        last = rows[-1].pk


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0008_words'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
