"""Copies of documents as files: what a file is, of which document by its name or text, and what is taken out of ZIP and mail. Pure."""
