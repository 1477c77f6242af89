"""Several instances behind HAProxy, for the tests."""
