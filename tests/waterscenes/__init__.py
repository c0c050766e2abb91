"""Drawn floods, rivers and dry streets with an exact mask of the water and of what floats on it.

The water model is trained on these pictures and on no photograph. Everything is drawn far wider than any camera sees
it, so that a network on general features learns what water does (mirrors, ripples, lies flat) and not one look.
"""
