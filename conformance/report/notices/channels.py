"""The form in which each kind of channel takes a message, within its limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from conformance.report.notices.notice import Notice
from conformance.results.verdicts import ExitCode

SLACK_HEADER: Final = 150
SLACK_SECTION: Final = 3000
"""Characters that a header and a section block of Slack may have."""
TEAMS_BYTES: Final = 28 * 1024
"""Bytes that a message to a Teams workflow may have; ours has far less: lines and links are few and short."""

_ICONS: Final = {
    ExitCode.CONFORMS: "✅",
    ExitCode.VIOLATION: "❌",
    ExitCode.USAGE: "💥",
    ExitCode.CANNOT_JUDGE: "❔",
}
_TEAMS: Final = {
    ExitCode.CONFORMS: "Good",
    ExitCode.VIOLATION: "Attention",
    ExitCode.USAGE: "Warning",
    ExitCode.CANNOT_JUDGE: "Warning",
}


def slack(notice: Notice) -> dict[str, Any]:
    """Return the message as blocks of an incoming webhook; no text of others is markup or a mention."""
    title = f"{_ICONS[notice.run.exit_code]} {notice.title}"
    lines = [f"• {_escaped(line)}" for line in notice.lines]
    links = [f"<{url}|{_escaped(name)}>" for name, url in notice.links.items()]
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": _cut(title, SLACK_HEADER)}}
    ]
    for text in ("\n".join(lines), " · ".join(links)):
        if text:
            cut = _cut_lines(text, SLACK_SECTION)
            blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": cut}})
    return {"text": _cut(_escaped(title), SLACK_SECTION), "blocks": blocks}


def teams(notice: Notice) -> dict[str, Any]:
    """Return the message as an adaptive card for a Teams workflow; its texts are plain runs, no Markdown."""
    head = _runs(notice.title, weight="Bolder", color=_TEAMS[notice.run.exit_code])
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [head, *(_runs(f"• {line}") for line in notice.lines)],
        "actions": [
            {"type": "Action.OpenUrl", "title": name, "url": url} for name, url in notice.links.items()
        ],
    }
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return {"type": "message", "attachments": [attachment]}


def webhook(notice: Notice) -> dict[str, Any]:
    """Return the message as plain JSON, for whoever writes the receiver."""
    run = notice.run
    return {
        "target": run.target,
        "run": run.run_id,
        "exit_code": int(run.exit_code),
        "complete": run.complete,
        "title": notice.title,
        "lines": list(notice.lines),
        "causes": [{"key": cause.key, "sentence": cause.sentence} for cause in run.causes],
        "links": dict(notice.links),
    }


CHANNELS: Final[Mapping[str, Callable[[Notice], dict[str, Any]]]] = {
    "slack": slack,
    "teams": teams,
    "webhook": webhook,
}


def _runs(text: str, **style: str) -> dict[str, Any]:
    run = {"type": "TextRun", "text": text, **style}
    return {"type": "RichTextBlock", "inlines": [run]}


def _escaped(text: str) -> str:
    """Return the text with the three characters that Slack reads as markup spelled out."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _cut_lines(text: str, limit: int) -> str:
    """Return as many whole lines as go into the limit, so that no link or entity is cut."""
    lines = text.split("\n")
    while len("\n".join(lines)) > limit:
        lines.pop()
    return "\n".join(lines)
