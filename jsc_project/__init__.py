"""Jakarta Smart City: citizens' reports, checked against the city's cameras.

The Celery application is not imported here on purpose: core code and decoding
children import ``jsc_project.lib`` and must start fast and bare.
"""
