"""Checks that a pattern cannot make: checksums, entropy, placeholders, address ranges."""

import base64
import ipaddress
import json
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
    | ^(?:none|null|nil|true|false|undefined|test|secret|pass|pwd|password|passwd|token)$
    | ^(?:string|str|bytes)$
    | abcdefghij
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


def digits_of(value: str) -> list[int]:
    """The decimal digits in a value, without what groups them."""
    return [int(c) for c in value if c in "0123456789"]


def _weighted(digits: list[int], weights: tuple[int, ...]) -> int:
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=False))


def us_ssn(value: str) -> bool:
    """A US social security number that can have been issued (20 CFR 422.103)."""
    area, group, serial = re.split(r"[ -]", value)
    return not (area in ("000", "666") or area[0] == "9" or group == "00" or serial == "0000")


def german_tax_id(value: str) -> bool:
    """Steuerliche Identifikationsnummer: ISO 7064 MOD 11,10."""
    digits = digits_of(value)
    product = 10
    for digit in digits[:10]:
        total = (digit + product) % 10 or 10
        product = total * 2 % 11
    return len(digits) == 11 and digits[0] != 0 and (11 - product) % 10 == digits[10]


def french_nir(value: str) -> bool:
    """Numéro de sécurité sociale: the key is 97 less the number modulo 97."""
    compact = re.sub(r"[ .]", "", value).upper()
    compact = compact.replace("2A", "19").replace("2B", "18")  # Corsica
    return len(compact) == 15 and 97 - int(compact[:13]) % 97 == int(compact[13:])


def spanish_id(value: str) -> bool:
    """DNI and NIE: the letter stands for the number modulo 23; X, Y, Z are 0, 1, 2."""
    compact = re.sub(r"[ .-]", "", value).upper()
    number = compact[:-1].translate(str.maketrans("XYZ", "012"))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == compact[-1]


_CODICE_ODD = (
    1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
)  # fmt: skip


def italian_tax_code(value: str) -> bool:
    """Codice fiscale: the last letter is a sum modulo 26, odd places weighing by a table."""
    places = [int(c) if c.isdigit() else ord(c) - ord("A") for c in value.upper()]
    odd = sum(_CODICE_ODD[place] for place in places[0:15:2])
    return len(places) == 16 and (odd + sum(places[1:15:2])) % 26 == places[15]


def dutch_bsn(value: str) -> bool:
    """Burgerservicenummer: the eleven-proof."""
    digits = digits_of(value)
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return len(digits) == 9 and any(digits) and _weighted(digits, weights) % 11 == 0


_DIHEDRAL = tuple(
    tuple((a + b) % 5 if a < 5 and b < 5 else 5 + (a + b) % 5 if a < 5 else
          5 + (a - b) % 5 if b < 5 else (a - b) % 5 for b in range(10))
    for a in range(10)
)  # fmt: skip
_ROTATION = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def indian_aadhaar(value: str) -> bool:
    """Aadhaar: twelve digits, the first not 0 or 1, with Verhoeff's check digit."""
    digits = digits_of(value)
    total = 0
    for position, digit in enumerate(reversed(digits)):
        for _ in range(position % 8):
            digit = _ROTATION[digit]
        total = _DIHEDRAL[total][digit]
    return len(digits) == 12 and digits[0] > 1 and len(set(digits)) > 2 and total == 0


def brazilian_cpf(value: str) -> bool:
    """CPF: two check digits modulo 11."""
    digits = digits_of(value)
    if len(digits) != 11 or len(set(digits)) == 1:
        return False
    first = _weighted(digits[:9], tuple(range(10, 1, -1))) * 10 % 11 % 10
    second = _weighted(digits[:10], tuple(range(11, 1, -1))) * 10 % 11 % 10
    return digits[9:] == [first, second]


def polish_pesel(value: str) -> bool:
    """PESEL: a weighted sum modulo 10, behind a date of birth."""
    digits = digits_of(value)
    weights = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)
    month, day = int(value[2:4]) % 20, int(value[4:6])
    return 1 <= month <= 12 and 1 <= day <= 31 and _weighted(digits, weights) % 10 == 0


def luhn_id(value: str) -> bool:
    """Luhn's check digit over the last nine or ten digits (Canadian SIN, Swedish personnummer)."""
    digits = digits_of(value)[-10:]
    doubled = [d * 2 if i % 2 else d for i, d in enumerate(reversed(digits))]
    return len(set(digits)) > 2 and sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


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
    | (?!(?:.*\d){3})[A-Za-z_$][\w$]*(?:(?:\.|::|->)[A-Za-z_$][\w$]*)+\(?\)?   # a.b.c
    | [\w.]*\.[A-Z]?[a-z]+(?:[A-Z][a-z]+)+                         # a.b.SomeClass
    | (?:\.{0,2}|~)/[\w.\-/]*                                   # a path
    | [a-z]+://[^:@]*                                           # an address without a password
    | (?:[A-Za-z][\w-]*[.:])*[\w-]+-\d+\.\d+(?:\.\d+)?[\w.-]*     # a version
    | [a-z][a-z\d-]*(?:\.[a-z][a-z\d-]*){2,}                     # a host
    | --?[a-z][a-z-]*
    | %[sdrv@] | \{[\w.:!]*\} | [$@%:]\{?[A-Za-z_][\w.]*\}? | \#\{.*\}
    """
)
# Numbers counted up, names with a number behind them, texts
_COUNTED = re.compile(
    r"\s|123456789012345|1234-1234|^[a-z]{2,}\d?(?:[-_][a-z\d]{2,8}){0,4}[-_]\d+$|#{4}"
)
_COMPUTED = re.compile(r"\$\{|\{\{|\$\(|<%|\w\([^()]{0,40}\)|\#\{|%\(|^&\w|^\*\w|%%\w|^\$\.")


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
    return not re.search(r"\s", value) and "://" not in value and literal(value)


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
