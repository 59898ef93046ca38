"""Checks that a pattern cannot make: entropy, placeholders, address ranges; all by name."""

import base64
import ipaddress
import json
import math
import re
from collections import Counter
from collections.abc import Callable

from unleak.detect.check_digits import (
    brazilian_cpf,
    dutch_bsn,
    french_nir,
    german_tax_id,
    iban,
    indian_aadhaar,
    italian_tax_code,
    luhn,
    luhn_id,
    polish_pesel,
    spanish_id,
    us_ssn,
)
from unleak.detect.samples import published


def entropy(value: str) -> float:
    """Shannon entropy in bits a character."""
    counts = Counter(value)
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())


_PLACEHOLDER = re.compile(
    r"""(?ix)
    example|sample|placeholder|change[-_ ]?me|your[-_ ]|dummy|redacted|xxxx|\*\*\*|\.\.\.|…
    | ^<.*>$ | ^\$\{?[a-z_] | ^\{\{ | ^%\( | ^\{[a-z_.]*\}$ | insert[-_ ]|todo|fixme|█
    | ^(?:none|null|nil|true|false|undefined|test|secret|pass|pwd|password|passwd|token)$
    | ^(?:string|str|bytes)$
    | abcdefghij
    | ^tiger$                             # of scott, in the manuals of databases
    | ^8a477f597d28d172789f06886806bc55$  # of the cache directory tagging standard
    """
)


def is_placeholder(value: str) -> bool:
    """Whether a value only stands for a secret."""
    if len(set(value)) <= 2:
        return True
    return bool(_PLACEHOLDER.search(value))


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


_NOBODY = re.compile(
    r"(?i)(?:(?:my|your|the|test|db|default|some|app|service|demo|guest|super|sys)?[_-]?"
    r"(?:user(?:_?name|s)?|admin(?:istrator)?|root|name|login|guest|anonymous|postgres|mysql|system"
    r"|owner|test\w*|demo|service|nobody|app|email|id|string|text|required|value|type|foo|bar))\d?"
)


def person_name(value: str) -> bool:
    """A login name that may be a person's: no role, no placeholder."""
    return not is_placeholder(value) and not _NOBODY.fullmatch(value)


def not_placeholder(value: str) -> bool:
    """For rules whose pattern is loose."""
    return not is_placeholder(value)


def unpublished(value: str) -> bool:
    """Neither a placeholder nor a key out of a provider's manual."""
    return not is_placeholder(value) and not published(value)


def password_like(value: str) -> bool:
    """A value one would type as a password: not a name, call, path or placeholder."""
    if is_placeholder(value) or re.search(r"[()\[\]{}<>\s]|::|->|^\$\.", value):
        return False
    if re.fullmatch(r"[A-Za-z_-]+|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+|[/.~][\w./-]+|--?[a-z-]+", value):
        return False
    classes = sum(
        any(test(c) for c in value) for test in (str.islower, str.isupper, str.isdigit)
    ) + any(not c.isalnum() for c in value)
    return classes >= 2 and entropy(value) >= 2.5


_NAME_OF_SOMETHING = re.compile(
    r"""(?x)
    (?:(?i:new|await|this|self|function|lambda|return|yes|no|on|off|int|bool|boolean|char|void
        |const|required|optional|any|object|number|text|value|values|unknown|default|self))
    | [A-Z][A-Z\d]*(?:_[A-Z\d]+)+                                # A_CONSTANT
    | \w{0,12}?(?:[A-Z][a-z]{2,}\d{0,2}){3,}[A-Z]?[a-z\d]*         # ANameOfAClass
    | \w+_(?:header|token|key|secret|password|value|name|id)      # a_variable
    | 0x[\dA-Fa-f]{1,8}                                          # a number
    | (?!(?:.*\d){3})[A-Za-z_$][\w$]*(?:(?:\.|::|->)[A-Za-z_$][\w$]*)+\(?\)?   # a.b.c
    | [\w.]*\.[A-Z]?[a-z]+(?:[A-Z][a-z]+)+                         # a.b.SomeClass
    | (?:\.{0,2}|~)/[\w.\-/]*                                   # a path
    | [a-z]+://[^:@]*                                           # an address without a password
    | (?:[A-Za-z][\w-]*[.:])*[\w-]+-\d+\.\d+(?:\.\d+)?[\w.-]*     # a version
    | [a-z][a-z\d-]*(?:\.[a-z][a-z\d-]*){2,}                     # a host
    | --?[a-z][a-z-]*
    # a hash
    | (?:\$(?:2[abxy]?|1|5|6|y|apr1|argon2\w{0,2})\$|\{\w{0,5}(?:SHA|CRYPT)|pbkdf2[_-]|sha1\$).*
    | %[sdrv@] | \{[\w.:!]*\} | [$@%:]\{?[A-Za-z_][\w.]*\}? | \#\{.*\}
    """
)
# Numbers counted up, names with a number behind them, texts
_COUNTED = re.compile(
    r"\s|123456789012345|1234-1234|^[a-z]{2,}\d?(?:[-_][a-z\d]{2,8}){0,4}[-_]\d+$|#{4}"
)
_COMPUTED = re.compile(r"\$\{|\{\{|\$\(|<%|\w\([^()]{0,40}\)|\#\{|%\(|^&\w|^\*\w|%%\w|^\$\.")
_NO_WORD = re.compile(r"\s|://|1234567890|1234-1234|#{4}")


def literal(value: str) -> bool:
    """A value that stands for itself: not a placeholder, a name, a path, a call or a template."""
    if is_placeholder(value) or _NAME_OF_SOMETHING.fullmatch(value):
        return False
    return "\\x" in value or not _COMPUTED.search(value)


def random_literal(value: str) -> bool:
    """A literal that looks drawn by chance: letters and digits, or far from words."""
    if not literal(value) or _COUNTED.search(value):
        return False
    has_digit = any(c.isdigit() for c in value)
    return has_digit and any(c.isalpha() for c in value) and entropy(value) >= 2.8


def literal_word(value: str) -> bool:
    """A literal without blanks that is no plain text, mark-up or address."""
    return not _NO_WORD.search(value) and literal(value)


def random_candidate(value: str) -> bool:
    """A literal without blanks that holds digits, or is long and spelt in one case of letters."""
    if not literal_word(value) or entropy(value) < 2.3:
        return False
    return any(c.isdigit() for c in value) or (len(value) >= 16 and value.isalnum())


def basic_credential(value: str) -> bool:
    """Base64 of `user:password`, or at least random."""
    try:
        decoded = base64.b64decode(value + "=" * (-len(value) % 4)).decode()
    except ValueError:
        return mixed(value)
    return ":" in decoded.strip(":") or mixed(value)


def private_key_inside(value: str) -> bool:
    """Base64 of a PEM block that is a private key rather than a certificate."""
    whole = min(len(value), 80) // 4 * 4  # it may still be being written
    return b"PRIVATE KEY" in base64.b64decode(value[:whole])


def mixed(value: str) -> bool:
    """Upper case, lower case and digits all occur: a random token rather than a name."""
    tests: tuple[Callable[[str], bool], ...] = (str.isupper, str.islower, str.isdigit)
    return not is_placeholder(value) and all(any(test(c) for c in value) for test in tests)


def readable_token(value: str) -> bool:
    """A JSON web token that can be read: not an encrypted one, which its key alone opens."""
    head = value.partition(".")[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except ValueError:
        return True
    return not isinstance(header, dict) or "enc" not in header


CHECKS: dict[str, Callable[[str], bool]] = {
    function.__name__: function
    for function in (
        luhn,
        iban,
        public_ip,
        personal_email,
        person_name,
        not_placeholder,
        unpublished,
        password_like,
        us_ssn,
        german_tax_id,
        french_nir,
        spanish_id,
        italian_tax_code,
        dutch_bsn,
        indian_aadhaar,
        brazilian_cpf,
        polish_pesel,
        luhn_id,
        literal,
        random_literal,
        literal_word,
        random_candidate,
        basic_credential,
        private_key_inside,
        readable_token,
        mixed,
    )
}
