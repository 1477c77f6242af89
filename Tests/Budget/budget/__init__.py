"""What an operation of wdfilterd costs in instructions and allocations, which no other load changes."""
