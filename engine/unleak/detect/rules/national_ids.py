"""Numbers that states give to persons.

Most are digits only, so that their name must stand in the line, before the number.
"""

from unleak.detect.rule import Rule


def _named(names: str, value: str) -> str:
    """A number behind one of its names (any case), in one line."""
    return rf"(?<![A-Za-z])(?i:{names})(?![a-z])[^\r\n\d]{{0,24}}(?<![\w.\-])(?P<value>{value})(?![\w\-]|\.\d)"


RULES = (
    Rule(
        id="us-ssn",
        kind="us-ssn",
        pattern=_named(r"ssn|social[ _\-]?security", r"\d{3}[ \-]\d{2}[ \-]\d{4}"),
        keywords=("ssn", "social"),
        reference="https://www.ssa.gov/employer/randomization.html",
        severity="critical",
        score=0.9,
        check="us_ssn",
        true=('"ssn": "‹536-22-8719›"',),
        false=('"ssn": "000-22-8719"', "536-22-8719", "ssn: 987-65-4320"),
    ),
    Rule(
        id="uk-nino",
        kind="uk-nino",
        pattern=_named(
            r"nino|national[ _\-]?insurance|ni[ _\-]?(?:number|no)",
            r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]",
        ),
        keywords=("nino", "insurance", "number", "ni_no", "ni no", "ni-no"),
        reference="https://www.gov.uk/hmrc-internal-manuals/national-insurance-manual/nim39110",
        score=0.9,
        digit=True,
        true=('national_insurance = "‹PW 48 21 93 C›"',),
        false=('national_insurance = "GB 48 21 93 C"',),
    ),
    Rule(
        id="german-tax-id",
        kind="german-tax-id",
        pattern=_named(
            r"steuer[ _\-]?id\w{0,20}|steuer_?nummer|tax[ _\-]?id\w{0,12}|tin|idnr",
            r"[1-9]\d ?\d{3} ?\d{3} ?\d{3}",
        ),
        keywords=("00000", "00 000"),
        reference="https://www.bzst.de/EN/Private_individuals/Tax_identification_number/tax_identification_number_node.html",
        score=0.85,
        check="german_tax_id",
        true=("steuer_id: ‹75260181590›",),
        false=("steuer_id: 86095742718",),
    ),
    Rule(
        id="french-nir",
        kind="french-nir",
        pattern=_named(
            r"nir|insee|s(?:é|e)curit(?:é|e)[ _\-]?sociale|num_?secu\w{0,8}|carte_?vitale",
            r"[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}",
        ),
        keywords=("nir", "insee", "sociale", "secu", "vitale"),
        reference="https://www.insee.fr/fr/metadonnees/definition/c1409",
        score=0.9,
        check="french_nir",
        true=('nir = "‹284073181909378›"',),
        false=('nir = "255081416802539"',),
    ),
    Rule(
        id="spanish-id",
        kind="spanish-id",
        pattern=_named(
            r"dni|nie|nif|documento",
            r"(?:[XYZ][ \-]?\d{7}|\d{8})[ \-]?[TRWAGMYFPDXBNJZSQVHLCKE]",
        ),
        keywords=("dni", "nie", "nif", "documento"),
        reference="https://www.interior.gob.es/",
        score=0.9,
        check="spanish_id",
        true=("DNI: ‹31948757D›",),
        false=("DNI: 48213957A", "DNI: 48213957B"),
    ),
    Rule(
        id="italian-tax-code",
        kind="italian-tax-code",
        pattern=_named(
            r"codice_?[ \-]?fiscale|cod_?fisc\w{0,6}|cf|tax[ _\-]?(?:id|code)|fiscal\w{0,8}",
            r"[A-Z]{6}\d{2}[ABCDEHLMPRST]\d{2}[A-Z]\d{3}[A-Z]",
        ),
        keywords=("fisc", "tax", "cf ", "cf:", "cf=", "cf_", 'cf"', "cf'"),
        reference="https://www.agenziaentrate.gov.it/",
        score=0.9,
        check="italian_tax_code",
        true=("cf = '‹HLLBRN71C14F555T›'",),
        false=("cf = 'RSSMRA85T10A562T'",),
    ),
    Rule(
        id="dutch-bsn",
        kind="dutch-bsn",
        pattern=_named(r"bsn|burgerservice\w{0,8}|sofi_?nummer", r"\d{9}|\d{4}\.\d{2}\.\d{3}"),
        keywords=("bsn", "burgerservice", "sofi"),
        reference="https://www.government.nl/topics/personal-data/citizen-service-number-bsn",
        score=0.9,
        check="dutch_bsn",
        true=("bsn=‹472803852›",),
        false=("bsn=123456780",),
    ),
    Rule(
        id="indian-aadhaar",
        kind="indian-aadhaar",
        pattern=_named(r"aadha?ar|uidai|uid", r"[2-9]\d{3}[ \-]?\d{4}[ \-]?\d{4}"),
        keywords=("aadhaar", "aadhar", "uid"),
        reference="https://uidai.gov.in/",
        severity="critical",
        score=0.9,
        check="indian_aadhaar",
        true=('aadhaar_no = "‹7057 9868 2828›"',),
        false=('aadhaar_no = "2341 2341 2345"',),
    ),
    Rule(
        id="brazilian-cpf",
        kind="brazilian-cpf",
        pattern=(r"(?<![\w.\-])(?P<value>\d{3}\.\d{3}\.\d{3}-\d{2})(?![\w.\-])"),
        keywords=("000.000.000-00",),
        reference="https://www.gov.br/receitafederal/",
        score=0.9,
        check="brazilian_cpf",
        true=('"cpf": "‹450.749.528-83›"',),
        false=('"cpf": "529.982.247-26"',),
    ),
    Rule(
        id="canadian-sin",
        kind="canadian-sin",
        pattern=_named(r"sin|social[ _\-]?insurance|nas", r"[1-79]\d{2}[ \-]?\d{3}[ \-]?\d{3}"),
        keywords=("000000", "000 000", "000-000"),
        reference="https://www.canada.ca/en/employment-social-development/services/sin.html",
        severity="critical",
        score=0.85,
        check="luhn_id",
        true=('social_insurance_no = "‹514 366 764›"',),
        false=('social_insurance_no = "130 692 545"',),
    ),
    Rule(
        id="polish-pesel",
        kind="polish-pesel",
        pattern=_named(r"pesel", r"\d{11}"),
        keywords=("pesel",),
        reference="https://www.gov.pl/web/gov/czym-jest-numer-pesel",
        score=0.9,
        check="polish_pesel",
        true=("PESEL: ‹75042341561›",),
        false=("PESEL: 44051401358",),
    ),
    Rule(
        id="swedish-personnummer",
        kind="swedish-personnummer",
        pattern=_named(
            r"person_?nummer|personal_?identity\w{0,12}|pnr",
            r"(?:19|20)?\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[\-+]?\d{4}",
        ),
        keywords=("personnummer", "person_nummer", "identity", "pnr"),
        reference="https://www.skatteverket.se/",
        score=0.85,
        check="luhn_id",
        true=("personnummer = '‹840917-7063›'",),
        false=("personnummer = '811228-9875'",),
    ),
)
