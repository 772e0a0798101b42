"""A street: its poles, each a virtual chip with a life of firmware, and what the broker heard of them."""
