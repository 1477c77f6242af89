"""The contract of wdfilterd, read from openapi.yaml and asked of the running service."""
