"""The vocabulary has the names of the document, and all counters and members that exist."""

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from contract.client import Client
from contract.document import DOCUMENT
from contract.machine import Machine
from contract.replays import replayed
from contract.sysmon import CREATOR, SHELL, Script, ndjson
from contract.wire import ASYNC_CODES, SYNC_CODES

ENUMS = {
    "rules": "ProcessRuleName",
    "streamContextRules": "StreamContextRuleName",
    "flags": "ProcessFlagName",
    "syncOperations": "SyncOperation",
    "asyncOperations": "AsyncOperation",
    "events": "EventType",
}


RULE_ID = re.compile(r"\b(?:DATA|PRC|THR|TEX|IMG|SYN|ASY|OBJ|COR)(?:-[0-9]+)?\b")


@pytest.fixture
def vocabulary(client: Client) -> dict[str, Any]:
    """The vocabulary."""
    told: dict[str, Any] = client.call("getVocabulary").json
    return told


def names(terms: list[dict[str, Any]]) -> list[str]:
    """The names of terms, which must be unique."""
    found = [str(term["name"]) for term in terms]
    assert len(set(found)) == len(found)
    return found


@pytest.mark.parametrize(("group", "schema"), ENUMS.items())
def test_names_are_those_of_the_document(vocabulary: dict[str, Any], group: str, schema: str) -> None:
    assert names(vocabulary[group]) == DOCUMENT.at(f"/components/schemas/{schema}/enum")


def test_statuses_and_routines_are_those_of_the_document(vocabulary: dict[str, Any]) -> None:
    assert names(vocabulary["statuses"]) == DOCUMENT.at("/components/schemas/StatusName/enum")
    driven = DOCUMENT.at("/components/schemas/RoutineName/enum")
    requested = DOCUMENT.at("/components/schemas/NotificationRoutineName/enum")
    assert names(vocabulary["routines"]) == driven + requested


def test_conditions_are_those_of_the_coverage(client: Client, vocabulary: dict[str, Any]) -> None:
    script = Script()
    script.create(CREATOR, SHELL)
    with replayed(client, ndjson(script.events)) as report:
        routines = report["coverage"]["routines"]
        covered = [(routine["routine"], each["check"]) for routine in routines for each in routine["conditions"]]
    assert [(condition["routine"], condition["check"]) for condition in vocabulary["conditions"]] == covered


def trees(vocabulary: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The conditions of the routines that have some, by routine."""
    return {routine["name"]: routine["conditions"] for routine in vocabulary["routines"] if routine["conditions"]}


def test_the_tree_of_a_routine_has_its_conditions_and_ends(vocabulary: dict[str, Any]) -> None:
    """UIA-7: every way through a tree ends, and the checks and rules are those of `conditions`."""
    listed = {(each["routine"], each["check"], each["rule"]) for each in vocabulary["conditions"]}
    found = set()
    for routine, conditions in trees(vocabulary).items():
        places = {condition["id"]: place for place, condition in enumerate(conditions)}
        assert len(places) == len(conditions)
        for place, condition in enumerate(conditions):
            assert condition["id"].partition("/")[0] == condition["rule"]
            for following in (condition["whenTrue"], condition["whenFalse"]):
                assert following == "end" or places[following] > place, condition["id"]
            found.add((routine, condition["check"], condition["rule"]))
    assert found == listed


def test_the_messages_of_the_trees_are_those_of_the_coverage(client: Client, vocabulary: dict[str, Any]) -> None:
    """UIA-7."""
    script = Script()
    script.create(CREATOR, SHELL)
    with replayed(client, ndjson(script.events)) as report:
        types = [f"{each['kind']} {each['operation']}" for each in report["coverage"]["messageTypes"]]
    conditions = [condition for tree in trees(vocabulary).values() for condition in tree]
    sent = [type for condition in conditions for type in condition["sends"] + condition["sendsWhenFalse"]]
    assert sorted(sent) == sorted(types)


def followed(conditions: list[dict[str, Any]], checks: list[dict[str, Any]]) -> list[tuple[dict[str, Any], bool]]:
    """The conditions that `checks` passed, with their results; they must be one whole way through the tree."""
    found, remaining, way = {condition["id"]: condition for condition in conditions}, list(checks), []
    following = conditions[0]["id"]
    while following != "end":
        condition, look = found[following], remaining.pop(0)
        assert condition["check"] == look["check"]
        way.append((condition, look["holds"]))
        following = condition["whenTrue" if look["holds"] else "whenFalse"]
    assert remaining == []
    return way


def test_a_remedy_makes_the_condition_hold(machine: Machine, vocabulary: dict[str, Any]) -> None:
    """UIA-7: an image load without a message but LoadImage gets all of them, one remedy after the other."""
    image = "C:\\a.dll"
    pid = machine.process(rules=["SuppressAsyncImageLoad"])["processId"]
    [tree] = [tree for routine, tree in trees(vocabulary).items() if routine == "MpLoadImageNotifyRoutine"]

    def load() -> tuple[list[str], list[dict[str, Any]]]:
        [routine] = machine.get("loadImage", pid=pid, body={"fullImageName": image})["routines"]
        way = followed(tree, routine["checks"])
        sent = [type for condition, holds in way for type in condition["sends" if holds else "sendsWhenFalse"]]
        assert sorted(sent) == sorted(f"{each['kind']} {each['operation']}" for each in routine["messages"])
        return sent, [condition for condition, holds in way if not holds and "call" in condition.get("remedy", {})]

    def apply(call: dict[str, Any]) -> None:
        [context] = machine.all("listStreamContexts")[:1] or [{"id": 0}]
        path = call["path"].format(host=machine.name, pid=pid, id=context["id"])
        body = json.dumps(call["body"]).replace("{image}", json.dumps(image)[1:-1])
        answer = machine.client.raw(call["method"], path, body.encode(), {"Content-Type": "application/json"})
        assert answer.status in (200, 201), answer.body

    sent, unmet = load()
    assert sent == []
    # In the order of the tree: the last one gives the stream context its rule at creation.
    assert [condition["id"] for condition in unmet] == ["IMG-2", "IMG-4/2", "IMG-4/4", "IMG-4/5"]
    for condition in unmet:
        apply(condition["remedy"]["call"])
    sent, unmet = load()
    assert len(sent) == 4
    assert unmet == []
    # The acknowledgments cleared both rules for image loads.
    sent, unmet = load()
    assert sent == ["direct Wow64cpuLoad", "async LoadImage"]
    assert [condition["id"] for condition in unmet] == ["IMG-4/3", "IMG-4/4"]
    for condition in unmet:
        apply(condition["remedy"]["call"])
    assert len(load()[0]) == 4


def test_calls_of_remedies_are_operations_with_bodies_that_fit(vocabulary: dict[str, Any]) -> None:
    """UIA-7."""
    conditions = [condition for tree in trees(vocabulary).values() for condition in tree]
    calls = [condition["remedy"]["call"] for condition in conditions if "call" in condition.get("remedy", {})]
    assert len(calls) > 5
    known = {(operation.method, operation.path): operation for operation in DOCUMENT.operations.values()}
    for call in calls:
        operation = known[call["method"], call["path"]]
        assert DOCUMENT.faults(DOCUMENT.request_pointer(operation), call["body"]) == []


def entries(client: Client, name: str) -> dict[str, Any]:
    """The entries of a name."""
    found: dict[str, Any] = client.call("getVocabularyEntries", name=name).json
    return found


def test_every_name_finds_exactly_the_entries_that_have_it(client: Client, vocabulary: dict[str, Any]) -> None:
    named: dict[str, dict[str, list[Any]]] = {}
    for group, items in vocabulary.items():
        for item in items:
            if group == "conditions":
                found = {item["check"], item["routine"], item["rule"]}
            else:
                found = {item["name"], item.get("driverName") or item["name"], *item.get("operations", [])}
            if group == "problems":
                found.add(item["type"])
            elif group not in ("conditions", "layouts"):
                found |= {name.rpartition(".")[2] for name in found}
                found |= set(RULE_ID.findall(item["meaning"]))
            for name in found:
                named.setdefault(name, {}).setdefault(group, []).append(item)
    assert len(named) > 150
    for name, expected in named.items():
        assert entries(client, name) == expected, name


@pytest.mark.parametrize("name", ["recvErrorCount", "sync.NewThreadDifferentProcess.recvErrorCount"])
def test_a_counter_is_found_by_its_own_name_and_by_its_path(client: Client, name: str) -> None:
    assert [term["name"] for term in entries(client, name)["counters"]] == ["sync.*.recvErrorCount"]


@pytest.mark.parametrize("digits", ["0x8000", "0x00008000"])
def test_a_value_in_hex_finds_the_names_that_have_it(client: Client, digits: str) -> None:
    found = entries(client, digits)
    assert {group: names(terms) for group, terms in found.items()} == {
        "rules": ["AllowCodeInjectionHIPSRule"],
        "streamContextRules": ["NotifyImageLoadRule"],
    }


def test_the_value_of_every_term_finds_it(client: Client, vocabulary: dict[str, Any]) -> None:
    valued = [(group, term) for group, terms in vocabulary.items() for term in terms if "value" in term]
    assert len(valued) > 50
    for group, term in valued:
        value = term["value"] if isinstance(term["value"], int) else int(term["value"], 16)
        if value >= 0:
            assert term in entries(client, hex(value))[group]


def test_problems_are_those_of_the_list(client: Client, vocabulary: dict[str, Any]) -> None:
    assert vocabulary["problems"] == client.call("listProblemTypes").json["items"]


MISSING = (
    "",
    "..",
    "...",
    "x",
    "0x",
    "0x-1",
    "0x10000000000000000",
    "32768",
    "notifyimageloadrule",
    "CreateThread ",
    "%00",
    "a" * 4000,
    "\u202e",
)


@pytest.mark.parametrize("name", MISSING)
def test_a_name_that_it_lacks_is_not_found(client: Client, name: str) -> None:
    problem = client.call("getVocabularyEntries", name=name, expect=404).json
    assert problem["type"] == "/problems/not-found"


def test_operations_have_their_numbers(vocabulary: dict[str, Any]) -> None:
    """SYN-1, ASY-1."""
    for group, codes in (("syncOperations", SYNC_CODES), ("asyncOperations", ASYNC_CODES)):
        assert {term["name"]: term["value"] for term in vocabulary[group]} == codes


@pytest.mark.parametrize("group", ["rules", "streamContextRules", "flags"])
def test_bits_are_single_and_in_order(vocabulary: dict[str, Any], group: str) -> None:
    """DATA-3 to DATA-5."""
    values = [int(term["value"], 16) for term in vocabulary[group]]
    assert values == sorted(values)
    assert all(value.bit_count() == 1 for value in values)


def test_a_rule_of_the_vocabulary_is_the_bit_of_a_process(machine: Machine, vocabulary: dict[str, Any]) -> None:
    for term in vocabulary["rules"]:
        assert int(machine.process(rules=[term["name"]])["rulesMask"], 16) == int(term["value"], 16)


def test_counters_are_those_that_are_told(machine: Machine, vocabulary: dict[str, Any]) -> None:
    def paths(node: object, path: tuple[str, ...] = ()) -> Iterator[str]:
        if isinstance(node, dict):
            for name, inner in node.items():
                yield from paths(inner, (*path, "*" if name in SYNC_CODES else name))
        else:
            yield ".".join(path)

    assert set(names(vocabulary["counters"])) == set(paths(machine.get("getCounters")))


def test_settings_are_those_of_a_host(machine: Machine, vocabulary: dict[str, Any]) -> None:
    assert names(vocabulary["settings"]) == list(machine.get("getConfig"))


def members(vocabulary: dict[str, Any], operation: str) -> set[str]:
    """The members of an operation's structure in JSON."""
    [layout] = [layout for layout in vocabulary["layouts"] if operation in layout["operations"]]
    return {field["member"] for field in layout["fields"] if field["member"]}


def test_every_operation_with_a_layout_takes_its_members(vocabulary: dict[str, Any]) -> None:
    branches = [
        DOCUMENT.resolve(branch)["properties"]
        for form in ("Name", "Code")
        for branch in DOCUMENT.at(f"/components/schemas/AsyncNotificationBy{form}/oneOf")
    ]
    found: set[str | int] = set()
    names_of = {code: name for name, code in ASYNC_CODES.items()}
    for branch in branches:
        taken = DOCUMENT.effective(branch["data"]).get("properties")
        operations = branch["operation"].get("enum") or [branch["operation"]["const"]]
        found |= set(operations)
        for operation in operations:
            name = names_of.get(operation, operation)
            current = {member for member, schema in (taken or {}).items() if not schema.get("deprecated")}
            assert taken is None or members(vocabulary, name) == current
    assert found == {*ASYNC_CODES, *ASYNC_CODES.values()}


def test_layouts_are_of_operations_that_have_one(vocabulary: dict[str, Any]) -> None:
    found = [operation for layout in vocabulary["layouts"] for operation in layout["operations"]]
    assert len(set(found)) == len(found)
    assert set(SYNC_CODES) <= set(found)
    names([{"name": layout["name"]} for layout in vocabulary["layouts"]])


def test_fields_follow_one_another_without_gap_or_overlap(vocabulary: dict[str, Any]) -> None:
    for layout in vocabulary["layouts"]:
        fields = layout["fields"]
        placed = [field for field in fields if field["offset"] is not None and field["size"] is not None]
        for field, following in pairwise(placed):
            assert field["offset"] + field["size"] == following["offset"], (layout["name"], field["name"])
        start = fields[0]["offset"]
        assert start == (0x20 if set(layout["operations"]) & set(ASYNC_CODES) else 0), layout["name"]
        floating = [number for number, field in enumerate(fields) if field["offset"] is None]
        assert floating == list(range(len(fields) - len(floating), len(fields))), layout["name"]
