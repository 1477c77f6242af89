"""Reads each example into the classes of the client, writes it again, and prints what differs."""

import json
import sys
from pathlib import Path

from wdfilterd_client import models

bodies = json.loads(Path(sys.argv[1]).read_text())
for body in bodies:
    # A schema that is one of several is a union, which has no class of its own.
    kind = getattr(models, body["schema"], None)
    if kind is None:
        continue
    written = kind.from_dict(body["value"]).to_dict()
    if written != body["value"]:
        print(f"{body['schema']}: {json.dumps(body['value'])}\nbecomes {json.dumps(written)}")
print(len(bodies), "examples")
