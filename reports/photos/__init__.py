"""What is done with a citizen's photo between its address and a picture that may be shown; nothing here is stored."""
