"""Looks that were written down before the access log existed get their lines, in the order they happened.

The lines are made by the code that proves them (``reports.ledger``, whose way of hashing carries a version): a copy
kept here could only differ from it, and a line made otherwise would be a broken one.
"""

from dataclasses import asdict, replace

from django.db import migrations

from reports.access_keys import key_ring
from reports.ledger import GENESIS, Line, look_detail


def begin(apps, schema_editor):
    alias = schema_editor.connection.alias
    looks = apps.get_model('reports', 'FootageLook').objects.using(alias).order_by('id')
    entries = apps.get_model('reports', 'AccessEntry').objects.using(alias)
    ring, number, last = key_ring(), 0, GENESIS
    for look in looks.iterator(chunk_size=500):
        number += 1
        line = ring.signed(replace(_line(look), number=number, previous_hash=last))
        entries.create(**asdict(line))
        last = line.entry_hash
    mac = ring.head_mac(number, last) if number else ''
    heads = apps.get_model('reports', 'AccessHead').objects.using(alias)
    heads.update_or_create(pk=1, defaults={'number': number, 'entry_hash': last, 'mac': mac})


def _line(look):
    return Line(
        number=0,
        at=look.at,
        kind='original',
        user_id=look.user_id,
        username=look.username,
        why=look.why,
        reason=look.reason,
        address=look.address or '',
        camera_code=look.camera_code,
        incident_id=look.incident_id,
        subject=f'clip {look.clip_id}',
        detail=look_detail(look),
        previous_hash=GENESIS,
    )


class Migration(migrations.Migration):

    dependencies = [('reports', '0004_access_log')]

    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
