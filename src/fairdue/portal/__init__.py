"""The room ``portal``."""
