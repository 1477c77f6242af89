"""The parts of the cost suite."""
