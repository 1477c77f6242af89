"""Measures wdfilterd beside programs that do the least that the task needs; ../README.md describes each benchmark."""
