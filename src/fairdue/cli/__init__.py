"""The command line: ``fairdue …``. Thin: every command asks a room and prints what it says."""
