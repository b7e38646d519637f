"""What is coming: when each open item will be paid, and how sure that is."""
