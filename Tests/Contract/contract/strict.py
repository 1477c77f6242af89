"""JSON, parsed strictly."""

import json
from typing import Any


def strict_json(body: bytes) -> Any:  # noqa: ANN401
    """`body` as JSON: UTF-8, no duplicate keys, no NaN."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        assert len(value) == len(pairs), f"duplicate key among {[key for key, _ in pairs]}"
        return value

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(body.decode("utf-8"), object_pairs_hook=unique, parse_constant=refuse)
