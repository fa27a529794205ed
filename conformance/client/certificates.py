"""What is wrong with a certificate, in the words of whoever has to mend it."""

from __future__ import annotations

import ssl
from typing import Final

TRUST: Final = 'name its authority: ca = "FILE.pem" in the target, or REQUESTS_CA_BUNDLE or SSL_CERT_FILE'
CLOCK: Final = "renew it at the target, or set the clock of this machine"
BY_CODE: Final = {
    9: ("the certificate is not valid yet", CLOCK),
    10: ("the certificate has expired", CLOCK),
    18: ("the certificate is self-signed", TRUST),
    19: ("the certificate is of an authority that nobody here knows (self-signed)", TRUST),
    20: ("the certificate is of an unknown issuer", TRUST),
    21: ("the certificate is of an unknown issuer", TRUST),
    62: ("the certificate is for another host", "correct the address, or the certificate at the target"),
    64: ("the certificate is for another host", "write the host's name instead of its number"),
}
"""What OpenSSL finds (X509_V_ERR_…): in words, and the cure."""
BY_REASON: Final = {
    "WRONG_VERSION_NUMBER": ("the port does not speak TLS", "write http://, or the port that speaks TLS"),
    "HTTP_REQUEST": ("the port does not speak TLS", "write http://, or the port that speaks TLS"),
    "UNSUPPORTED_PROTOCOL": ("the host speaks no version of TLS that is still safe", "update the host"),
    "TLSV1_ALERT_PROTOCOL_VERSION": ("the host speaks no version of TLS in common", "update the host"),
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": (
        "the host asks for a certificate of the client",
        "use another way in",
    ),
}


def tls_trouble(error: BaseException) -> tuple[str, str]:
    """Return what is wrong in a failed TLS handshake, and its cure, or two times "" where it is not known."""
    if isinstance(error, ssl.SSLCertVerificationError):
        what, cure = BY_CODE.get(error.verify_code, (f"the certificate fails: {error.verify_message}", TRUST))
        detail = f" ({error.verify_message.rstrip('.')})" if error.verify_code in {62, 64} else ""
        return what + detail, cure
    reason = getattr(error, "reason", None)
    return BY_REASON.get(reason, ("", "")) if isinstance(reason, str) else ("", "")
