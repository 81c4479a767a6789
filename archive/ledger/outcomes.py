"""The one list of outcomes and reasons that an attempt may end with. Pure data.

The ledger refuses an outcome that is not listed here; tests compare the reasons with the code.
"""

from __future__ import annotations

OUTCOMES: dict[str, dict[str, str]] = {
    "ok": {
        "": "The page was stored.",
        "redirect": "The answer named another address on the site, which is asked next.",
    },
    "http_error": {
        "status": "The server answered with another status than 200; the reason is that number.",
        "unexpected": "The server answered with a status that makes no sense here (204, 304).",
        "other_body": "A 304 for another body than the one it was asked about; it is asked for"
        " whole next.",
        "throttled": "The server asked for fewer or later requests (429; 503, 3xx: Retry-After).",
        "redirect_limit": "More than five redirects one after the other.",
        "moved": "The address led to another comparison, which is asked for as itself.",
    },
    "network_error": {
        "dns": "The host's name leads to no address.",
        "dns_failed": "No name server gave an answer for the host's name.",
        "refused": "The connection was refused.",
        "timeout": "The answer's body took longer than the whole exchange may.",
        "timeout_connect": "The connection, its encryption included, was not made in time.",
        "timeout_headers": "The answer's headers did not come, or did not end, in time.",
        "connect": "The connection could not be made for another reason.",
        "closed": "The connection ended without an answer.",
        "protocol": "The answer was not HTTP.",
        "tls_expired": "The certificate has expired or is not valid yet.",
        "tls_name": "The certificate is for another host.",
        "tls_untrusted": "The certificate's root is not trusted.",
        "tls_version": "The server offers no version or cipher of TLS that we accept.",
        "tls": "The encrypted connection failed for another reason.",
        "interrupted": "The run ended in the middle of the exchange; the page waits again.",
    },
    "refused_robots": {
        "disallowed": "The site's robots.txt disallows the address.",
        "unreachable": "robots.txt could not be read, so the whole site is left alone this run.",
        "crawl_delay": "The site asks for a longer delay than we can keep.",
    },
    "refused_scope": {
        "host": "The address is on no host of the site.",
        "scheme": "The address is neither http nor https.",
        "downgrade": "A redirect leads from https to http.",
        "takedown": "The page was taken down on request.",
        "private": "The host's name leads to a private or reserved address.",
        "url": "The address holds what no address of ours may hold.",
    },
    "too_large": {
        "wire": "The answer is larger than the cap.",
        "decoded": "The decoded answer is larger than the cap, or grows too fast.",
    },
    "damaged": {
        "decode": "The content encoding is unknown, cut or broken.",
        "framing": "The end of the body is told in two ways, wrongly, or was never told.",
        "reset": "The connection ended before all came that was announced.",
        "headers": "The answer's headers are too large, or hold what no header may hold.",
        "empty": "The answer has no body.",
        "xml": "A sitemap is not well formed, or holds what we do not read.",
        "warc": "A record of a WARC file is cut or broken.",
        "date": "The date of a record or file is none, or lies more than a day ahead of our clock.",
        "revisit": "A WARC revisit record refers to an exchange that we do not have.",
        "unreadable": "A file could not be read.",
        "unknown_kind": "A file that was named is of no kind that is read.",
        "container": "A zip, WACZ, HAR, MHTML, ZIM or webarchive file, or a part of it, is broken,"
        " encrypted, or says what it cannot say.",
        "manifest": "A WACZ file does not hold what its own list of contents says.",
        "no_body": "A container names an answer without holding its body.",
        "not_installed": "A file that only a library which is not installed can read.",
    },
    "extraction_refused": {
        "": "The page was stored but gives no record; the reason is the failure's code."
    },
}

NOT_ASKED = ("refused_robots", "refused_scope")
"""Outcomes under which nothing was sent, unless the attempt has the status of an answer."""


def is_known(outcome: str, reason: str) -> bool:
    """Whether an attempt may end so.

    >>> is_known("http_error", "404"), is_known("http_error", "mood")
    (True, False)
    """
    reasons = OUTCOMES.get(outcome)
    if reasons is None:
        return False
    if outcome == "http_error" and reason.isdigit():
        return True
    return reason in reasons or (outcome == "extraction_refused" and bool(reason))
