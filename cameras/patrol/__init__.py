"""Looking at every camera now and then: when to look, what a picture says, and what follows for the camera. [core]"""
