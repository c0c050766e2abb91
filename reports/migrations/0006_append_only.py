"""Triggers: what is appended is neither changed nor deleted by anything that speaks SQL."""

from django.db import migrations

from reports.guards import dropping, statements


def _run(schema_editor, of):
    for sql in of(schema_editor.connection.vendor):
        schema_editor.execute(sql, params=None)  # a '%' in a trigger is no placeholder


def put(apps, schema_editor):
    _run(schema_editor, statements)


def drop(apps, schema_editor):
    _run(schema_editor, dropping)


class Migration(migrations.Migration):

    dependencies = [('reports', '0005_access_log_of_looks')]

    # RunSQL cannot ask for the vendor.
    operations = [migrations.RunPython(put, drop)]
