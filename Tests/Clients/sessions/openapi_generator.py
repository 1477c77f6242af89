"""README's first session, by the client that openapi-generator makes: prints what README shows, line by line."""

import json
import sys

from openapi_client import (
    ApiClient,
    Configuration,
    EngineApi,
    EngineSetting,
    EventsApi,
    HostConfigPatch,
    HostCreation,
    HostsApi,
    MessagesApi,
    ProcessCreation,
    ProcessesApi,
    ProcessRuleSet,
    ProcessRulesPatch,
    QueueApi,
    ThreadCreation,
    ThreadsApi,
    WebhookEngineSetting,
    WorkerDrain,
)

client = ApiClient(Configuration(host=sys.argv[1]))


def show(value: object) -> None:
    """Print a value as JSON."""
    print(json.dumps(client.sanitize_for_serialization(value)))


processes = ProcessesApi(client)
show({"name": HostsApi(client).put_host("lab", host_creation=HostCreation()).name})
setting = EngineSetting(WebhookEngineSetting(type="webhook", url=sys.argv[2]))
engine = EngineApi(client).put_engine("lab", engine_setting=setting).actual_instance
show({"type": engine.type, "url": engine.url})
for pid, image in ((584, "C:\\Windows\\System32\\smss.exe"), (664, "C:\\Windows\\System32\\winlogon.exe")):
    created = processes.create_process("lab", process_creation=ProcessCreation(process_id=pid, image_file_name=image))
    if pid == 584:
        show({name: created.process.to_dict()[name] for name in ("processId", "rules")})
patch = ProcessRulesPatch(set=ProcessRuleSet(["NotifyNewThreadDifferentProcess"]))
show(processes.patch_process_rules("lab", 584, process_rules_patch=patch).rules)
creation = ThreadCreation.from_dict({"creatorProcessId": 584, "startAddress": "0x7ffbda8844f0"})
routine = ThreadsApi(client).create_thread("lab", 664, thread_creation=creation).routines[0].to_dict()
for shown in (*routine["checks"], *routine["messages"]):
    show(shown)
queue = QueueApi(client)
queue.drain_worker("lab", worker_drain=WorkerDrain())
counters = queue.get_counters("lab").to_dict()
shown = counters["async"]
show({name: shown[name] for name in ("enqueued", "sent", "sendFailed", "droppedOnOverflow", "queued", "inHand")})
for decision in MessagesApi(client).list_decisions("lab", notified=False).items:
    shown = decision.to_dict()
    show([shown["event"]["type"], *(shown[name] for name in ("routine", "decidedBy", "decidedByRule"))])
buckets = [bucket.to_dict() for bucket in queue.get_history("lab").items]
show([{name: bucket[name] for name in ("depthMax", "enqueued", "dropped")} for bucket in buckets if bucket["enqueued"]])
messages = [item.actual_instance for item in MessagesApi(client).list_messages("lab").items]
assert [type(item).__name__ for item in messages] == ["DirectMessage", "DirectMessage", "SyncMessage", "AsyncMessage"]
assert [type(item.message.actual_instance).__name__ for item in messages] == [
    "DirectCreateProcessData",
    "DirectCreateProcessData",
    "NewThreadDifferentProcessData",
    "CreateThreadData",
]

# Lines are bytes, and parameters that are left out do no harm.
report = EventsApi(client).post_events("lab", body=b'{"type":"processExit","processId":664}\n')
assert (report.lines, report.applied) == (1, 1)
hosts = HostsApi(client)
hosts.patch_config("lab", host_config_patch=HostConfigPatch(max_async_notification_count=100))
config = hosts.patch_config("lab", host_config_patch=HostConfigPatch(async_timeout_ms=200))
assert (config.max_async_notification_count, config.async_timeout_ms) == (100, 200)
