"""Checks that a pattern cannot make: checksums, entropy, placeholders, address ranges."""

import ipaddress
import math
import re
from collections import Counter
from collections.abc import Callable


def entropy(value: str) -> float:
    """Shannon entropy in bits a character."""
    counts = Counter(value)
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())


_PLACEHOLDER = re.compile(
    r"""(?ix)
    example|sample|placeholder|change[-_ ]?me|your[-_ ]|dummy|redacted|xxxx|\*\*\*|\.\.\.|…
    | ^<.*>$ | ^\$\{?[a-z_] | ^\{\{ | ^%\( | ^\{[a-z_.]*\}$ | insert[-_ ]|todo|fixme|█
    | ^(?:none|null|nil|true|false|undefined|test|secret|password|passwd|token|string|str|bytes)$
    """
)


def is_placeholder(value: str) -> bool:
    """Whether a value only stands for a secret."""
    if len(set(value)) <= 2:
        return True
    return bool(_PLACEHOLDER.search(value))


def luhn(value: str) -> bool:
    """Payment card check digit (ISO/IEC 7812-1)."""
    digits = [int(c) for c in value if c.isdigit()]
    if not 13 <= len(digits) <= 19 or len(set(digits)) < 3:
        return False
    total = 0
    for position, digit in enumerate(reversed(digits)):
        doubled = digit * 2 if position % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def iban(value: str) -> bool:
    """IBAN check digits (ISO 13616: the rearranged number is 1 modulo 97)."""
    compact = value.replace(" ", "").upper()
    rearranged = compact[4:] + compact[:4]
    return int("".join(str(int(c, 36)) for c in rearranged)) % 97 == 1


def public_ip(value: str) -> bool:
    """An address that belongs to somebody: not private, loopback, reserved or documentation."""
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return False
    return address.is_global and not address.is_multicast


_EMAIL_NOBODY = re.compile(
    r"(?i)@(?:[\w.-]+\.)?(?:example\.(?:com|org|net)|[\w.-]*\.?(?:example|invalid|localhost|local))$"
    r"|^(?:noreply|no-reply|git|root|admin|info|support|user|username|name|test)@"
)


def personal_email(value: str) -> bool:
    """An address of a person, not a documentation or role address."""
    return not _EMAIL_NOBODY.search(value)


def not_placeholder(value: str) -> bool:
    """For rules whose pattern is loose."""
    return not is_placeholder(value)


def password_like(value: str) -> bool:
    """A value one would type as a password: not a name, call, path or placeholder."""
    if is_placeholder(value) or re.search(r"[()\[\]{}<>\s]|::|->", value):
        return False
    if re.fullmatch(r"[A-Za-z_-]+|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+|[/.~][\w./-]+|--?[a-z-]+", value):
        return False
    classes = sum(
        any(test(c) for c in value) for test in (str.islower, str.isupper, str.isdigit)
    ) + any(not c.isalnum() for c in value)
    return classes >= 2 and entropy(value) >= 2.5


CHECKS: dict[str, Callable[[str], bool]] = {
    function.__name__: function
    for function in (luhn, iban, public_ip, personal_email, not_placeholder, password_like)
}
