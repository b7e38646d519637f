"""What a bank says about an account, whatever its format: statements, entries, details, and what does not add up."""
