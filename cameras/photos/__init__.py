"""Photos that strangers send: what the bytes are, read in a child process, out of which only pixels come."""
