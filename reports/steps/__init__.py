"""One file per step of the pipeline; ``reports/pipeline.py`` lists them in order."""
