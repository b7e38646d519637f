"""People: companies, users, roles, authority."""
