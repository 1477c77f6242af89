"""The answers that are compared, and the versions of the frameworks."""

import re

from bench.client import Answer
from bench.peers import content, versions


def answer(thread_id: int, time: str, notified: str = "false") -> Answer:
    thread = f'{{"threadId":{thread_id},"creationTime":"{time}","processId":1000}}'
    return Answer(201, [], f'{{"thread":{thread},"routines":[{{"notified":{notified}}}]}}'.encode())


def test_answers_about_other_threads_are_alike_and_others_are_not() -> None:
    one = content(answer(12, "2026-11-29T13:10:40.4080343Z"))
    assert one == content(answer(16, "2026-11-29T13:10:41.5000000Z"))
    assert one != content(answer(16, "2026-11-29T13:10:41Z"))
    assert one != content(answer(16, "2026-11-29T13:10:41.5000000Z", notified="true"))


def test_each_version_is_found_where_it_is_pinned() -> None:
    assert re.fullmatch(r"Hummingbird 2\.[\d.]+, Flask [\d.]+, gunicorn [\d.]+", versions())
