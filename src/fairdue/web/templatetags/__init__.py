"""Template tags of the room ``web``."""
