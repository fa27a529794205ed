# ruff: noqa: INP001 - a script that is started by its path, and no package
"""Sends the requests of a run again in a bare loop: what they cost with nothing judged.

    python benchmarks/loop.py EXCHANGES.ndjson BASE_URL TOKEN

One kept connection of the standard library's http.client, which took less than requests, urllib3 and httpx.
"""

from __future__ import annotations

import http.client
import json
import sys
from pathlib import Path
from urllib.parse import urlsplit

_, file, base, token = sys.argv
connection = http.client.HTTPConnection(urlsplit(base).netloc)
for line in Path(file).read_text(encoding="utf-8").splitlines():
    request = json.loads(line)["request"]
    address = urlsplit(request["url"])
    target = address.path + (f"?{address.query}" if address.query else "")
    headers = {name: value for name, value in request["headers"].items() if name.lower() != "authorization"}
    headers |= {"Authorization": f"Bearer {token}", "Connection": "keep-alive"}
    sent = {name: value for name, value in headers.items() if name.lower() not in {"content-length", "host"}}
    try:
        connection.request(
            request["method"], target, (request["body"] or "").encode(errors="surrogatepass") or None, sent
        )
        connection.getresponse().read()
    except (http.client.HTTPException, OSError, ValueError):
        connection.close()
