"""Number plates: found, straightened, read many ways, and told only when sure.

    reader = PlateReader(OcrReader())
    for plate in plates_in_file(path, reader, detector): ...

Off in the pipeline; nothing here stores or logs a plate's text.
"""
