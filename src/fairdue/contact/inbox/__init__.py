"""Mail that comes in: bytes read, kinds told apart, tied to customer and message. No module here writes; ``actions`` do."""
