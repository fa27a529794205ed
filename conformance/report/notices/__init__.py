"""One message about a run for a channel: what changed, and where to read more."""

from conformance.report.notices.channels import CHANNELS
from conformance.report.notices.notice import Notice, has_news, notice_of

__all__ = ["CHANNELS", "Notice", "has_news", "notice_of"]
