"""The endpoint of wdfilterd that bench/peers.py measures, in Flask under gunicorn with a worker for each processor.

It listens on a port that the kernel chooses, and prints it like wdfilterd. Each worker counts the ids of its threads.
"""

import itertools
import os
import threading
from datetime import UTC, datetime

from flask import Flask, Response, jsonify, request
from flask.json.provider import DefaultJSONProvider
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

ROUTINES = ("MpCreateThreadNotifyRoutine", "MpCreateThreadNotifyRoutineEx")


class JSON(DefaultJSONProvider):
    """Keeps members in their order."""

    sort_keys = False


app = Flask(__name__)
app.json = JSON(app)
ids = itertools.count(12, 4)
lock = threading.Lock()


@app.post("/v1/hosts/<host>/processes/<int:process_id>/threads")
def create_thread(host: str, process_id: int) -> tuple[Response, int, dict[str, str]]:
    """Create a thread, which notifies nobody."""
    int(request.get_json()["startAddress"], 16)
    with lock:
        thread_id = next(ids)
    thread = {
        "threadId": thread_id,
        "creationTime": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f0Z}",
        "processId": process_id,
    }
    routines = [{"routine": name, "notified": False, "messages": []} for name in ROUTINES]
    headers = {
        "Location": f"/v1/hosts/{host}/processes/{process_id}/threads/{thread_id}",
        "X-Content-Type-Options": "nosniff",
    }
    return jsonify({"thread": thread, "routines": routines}), 201, headers


class Server(BaseApplication):
    """gunicorn with its settings."""

    def load_config(self) -> None:
        """Set what differs from the defaults."""
        self.cfg.set("bind", "127.0.0.1:0")
        self.cfg.set("workers", os.cpu_count())
        self.cfg.set("worker_class", "gthread")
        self.cfg.set("threads", 8)
        self.cfg.set("loglevel", "error")
        self.cfg.set("when_ready", announce)

    def load(self) -> Flask:
        """The application that each worker runs."""
        return app


def announce(arbiter: Arbiter) -> None:
    """Print the address."""
    host, port = arbiter.LISTENERS[0].sock.getsockname()
    print(f"listening on http://{host}:{port}", flush=True)


if __name__ == "__main__":
    Server().run()
