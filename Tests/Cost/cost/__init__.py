"""What the cost suite is made of."""
