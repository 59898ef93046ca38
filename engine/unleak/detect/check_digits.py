"""Check digits of payment cards, bank accounts and national ids."""

import re


def digits_of(value: str) -> list[int]:
    """The decimal digits in a value, without what groups them."""
    return [int(c) for c in value if c in "0123456789"]


def _weighted(digits: list[int], weights: tuple[int, ...]) -> int:
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=False))


def _luhn(digits: list[int]) -> bool:
    """Whether the digits, every second one from the right doubled, add up to a multiple of ten."""
    doubled = [d * 2 if i % 2 else d for i, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def luhn(value: str) -> bool:
    """Payment card check digit (ISO/IEC 7812-1)."""
    digits = digits_of(value)
    return 13 <= len(digits) <= 19 and len(set(digits)) > 2 and _luhn(digits)


def luhn_id(value: str) -> bool:
    """Luhn's check digit over the last nine or ten digits (Canadian SIN, Swedish personnummer)."""
    digits = digits_of(value)[-10:]
    return len(set(digits)) > 2 and _luhn(digits)


def iban(value: str) -> bool:
    """IBAN check digits (ISO 13616: the rearranged number is 1 modulo 97)."""
    compact = value.replace(" ", "").upper()
    rearranged = compact[4:] + compact[:4]
    return int("".join(str(int(c, 36)) for c in rearranged)) % 97 == 1


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
