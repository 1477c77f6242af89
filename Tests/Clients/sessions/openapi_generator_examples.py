"""Reads each example into the classes of the client, writes it again, and prints what differs."""

import json
import sys
from pathlib import Path

import openapi_client

client = openapi_client.ApiClient()
bodies = json.loads(Path(sys.argv[1]).read_text())
for body in bodies:
    # A schema without members is a plain dictionary.
    if not hasattr(openapi_client, body["schema"]):
        continue
    written = client.sanitize_for_serialization(getattr(openapi_client, body["schema"]).from_dict(body["value"]))
    if written != body["value"]:
        print(f"{body['schema']}: {json.dumps(body['value'])}\nbecomes {json.dumps(written)}")
print(len(bodies), "examples")
