"""What a person may ask for about themselves, and what an authority asks after a breach: found, copied out, erased."""
