"""Addresses inside a page: absolute links and the registered domain behind one."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

_LONGEST = 2048
_UNSOUND = re.compile(r'[\s<>"]')


def registered_domain(url: str) -> str | None:
    """The registered domain of a URL (``news.co.uk`` of ``https://www.news.co.uk/a``).

    By the public suffix list that ships with `tld` (no network); under a suffix that the list
    does not know, the last two labels, as the list's own default rule ("*") says. None for an
    IP address, a bare host name or anything that is no http(s) URL.
    """
    if not absolute(url):
        return None
    parts = urlsplit(url.strip())
    return _domain_of(f"{parts.scheme}://{parts.netloc}")


@lru_cache(maxsize=8192)
def _domain_of(site: str) -> str | None:
    return _listed(site) or _under_unknown_suffix(urlsplit(site).hostname or "")


def _listed(site: str) -> str | None:
    from tld import get_fld

    try:
        return get_fld(site, fail_silently=True, fix_protocol=False) or None
    except (ValueError, IndexError, TypeError):  # tld lets those of broken hosts through
        return None


def _under_unknown_suffix(host: str) -> str | None:
    labels = host.rstrip(".").split(".")
    if len(labels) < 2 or not all(labels) or not labels[-1].isalpha():
        return None
    return None if _is_listed(labels[-1]) else ".".join(labels[-2:])


def _is_listed(suffix: str) -> bool:
    return _listed(f"http://name.{suffix}/") is not None


def absolute(url: str | None, base: str | None = None) -> str | None:
    """`url` made absolute against `base`; None unless the result is a sound http(s) URL."""
    if not url:
        return None
    try:
        joined = urljoin(base or "", url.strip())
        parts = urlsplit(joined)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or len(joined) > _LONGEST:
        return None
    if _UNSOUND.search(joined):
        return None
    return joined
