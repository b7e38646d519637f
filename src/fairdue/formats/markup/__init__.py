"""XML from outside, read as a stream: every leaf with its path, nothing of it followed or expanded."""
