"""The ring recorder: keeps the last hours of cameras that nobody else records.

``clock``, ``times`` and ``cutter`` decide what is recorded as when; ``child`` runs libav in one bare process for all
cameras; ``spool`` is where finished segments wait for ``cameras.services`` to take them into the storage.
"""
