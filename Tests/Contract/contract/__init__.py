"""The contract of wdfilterd, read from openapi.yaml and checked against the running service."""
