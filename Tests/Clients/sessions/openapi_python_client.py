"""README's first session, by the client that openapi-python-client makes: prints what README shows, line by line."""

import io
import json
import sys

from wdfilterd_client import Client
from wdfilterd_client.api.engine import put_engine
from wdfilterd_client.api.events import post_events
from wdfilterd_client.api.hosts import patch_config, put_host
from wdfilterd_client.api.messages import list_decisions, list_messages
from wdfilterd_client.api.processes import create_process, patch_process_rules
from wdfilterd_client.api.queue import drain_worker, get_counters, get_history
from wdfilterd_client.api.threads import create_thread
from wdfilterd_client.models import (
    Counters,
    DecisionList,
    EventsReport,
    History,
    Host,
    HostConfig,
    HostConfigPatch,
    HostCreation,
    MessageList,
    Process,
    ProcessCreated,
    ProcessCreation,
    ProcessRulesPatch,
    ThreadCreated,
    ThreadCreation,
    WebhookEngine,
    WebhookEngineSetting,
    WorkerDrain,
)
from wdfilterd_client.types import File

client = Client(base_url=sys.argv[1])


def show(value: object) -> None:
    """Print a value as JSON."""
    print(json.dumps(value))


host = put_host.sync("lab", client=client, body=HostCreation())
assert isinstance(host, Host)
show({"name": host.name})
engine = put_engine.sync("lab", client=client, body=WebhookEngineSetting(type_="webhook", url=sys.argv[2]))
assert isinstance(engine, WebhookEngine)
show({"type": engine.type_, "url": engine.url})
for pid, image in ((584, "C:\\Windows\\System32\\smss.exe"), (664, "C:\\Windows\\System32\\winlogon.exe")):
    created = create_process.sync("lab", client=client, body=ProcessCreation(process_id=pid, image_file_name=image))
    assert isinstance(created, ProcessCreated)
    if pid == 584:
        show({name: created.process.to_dict()[name] for name in ("processId", "rules")})
patched = patch_process_rules.sync(
    "lab", 584, client=client, body=ProcessRulesPatch(set_=["NotifyNewThreadDifferentProcess"])
)
assert isinstance(patched, Process)
show(patched.to_dict()["rules"])
thread = create_thread.sync(
    "lab", 664, client=client, body=ThreadCreation(creator_process_id=584, start_address="0x7ffbda8844f0")
)
assert isinstance(thread, ThreadCreated)
routine = thread.routines[0].to_dict()
for shown in (*routine["checks"], *routine["messages"]):
    show(shown)
drain_worker.sync("lab", client=client, body=WorkerDrain())
counters = get_counters.sync("lab", client=client)
assert isinstance(counters, Counters)
shown = counters.async_.to_dict()
show({name: shown[name] for name in ("enqueued", "sent", "sendFailed", "droppedOnOverflow", "queued", "inHand")})
decisions = list_decisions.sync("lab", client=client, notified=False)
assert isinstance(decisions, DecisionList)
for decision in decisions.items:
    shown = decision.to_dict()
    show([shown["event"]["type"], *(shown[name] for name in ("routine", "decidedBy", "decidedByRule"))])
history = get_history.sync("lab", client=client)
assert isinstance(history, History)
buckets = [bucket.to_dict() for bucket in history.items]
show([{name: bucket[name] for name in ("depthMax", "enqueued", "dropped")} for bucket in buckets if bucket["enqueued"]])
messages = list_messages.sync("lab", client=client)
assert isinstance(messages, MessageList)
assert [type(item).__name__ for item in messages.items] == [
    "DirectMessage",
    "DirectMessage",
    "SyncMessage",
    "AsyncMessage",
]
assert [type(item.message).__name__ for item in messages.items] == [
    "DirectCreateProcessData",
    "DirectCreateProcessData",
    "NewThreadDifferentProcessData",
    "CreateThreadData",
]

# Lines are bytes, and parameters that are left out do no harm.
lines = io.BytesIO(b'{"type":"processExit","processId":664}\n')
report = post_events.sync("lab", client=client, body=File(payload=lines))
assert isinstance(report, EventsReport)
assert (report.lines, report.applied) == (1, 1)
config = patch_config.sync("lab", client=client, body=HostConfigPatch(max_async_notification_count=100))
assert isinstance(config, HostConfig)
config = patch_config.sync("lab", client=client, body=HostConfigPatch(async_timeout_ms=200))
assert isinstance(config, HostConfig)
assert (config.max_async_notification_count, config.async_timeout_ms) == (100, 200)
