"""The demo: the whole flow on rendered footage, through the same doors as in production."""
