"""Credit: whom to trust and how far. Indicators of risk by customer, from what is known as of a day."""
