"""Bytes to records and back, a folder per format. Pure: no Django, database, network, clock or file writing."""
