"""What is public about a secret's format: its fixed start, and what its random part is made of.

The fixed start (`AKIA`, `ghp_`, a PEM header) tells nobody anything. It is shown in previews,
left alone by erasure, and kept by decoys.
"""

import math
import re
import string

_FIXED_START = re.compile(
    r"""
    -----BEGIN[ A-Z]*-----\r?\n?
    # clouds
    | (?:AKIA|ASIA|ABIA|ACCA|ABSK|AIza|ya29\.|GOCSPX-|GOOG1E|1//0|AQ\.Ab8)
    | (?:amzn\.mws\.|amzn1\.oa2-cs\.v1\.|da2-(?=\w{26}$)|K00\d(?=\w{27}$)|v1\.0-(?=[0-9a-f]{24}-))
    | (?:LTAI(?=\w{12})|AKID(?=\w{32}$)|SCW(?=[A-Z0-9]{17}$)|EXO(?=[0-9a-f]{24}$)|AQVN|y0_|t1\.9eu)
    | (?:dapi|dose(?=[0-9a-f]{32})|do[opr]_v1_|DO00|HRKU-(?:AA)?|akab-|nf[pcou]_|rnd_|sha256~)
    | (?:vercel_blob_rw_|vc[kpair]_|fo1_|fm[12][ar]?_|sbp_|sb_secret_|napi_|npg_|AVNS_|CCDB1_)
    | (?:pscale_(?:tkn|pw|oauth)_|mdb_sa_sk_|4b1d(?=\w{38}$)|ess[au]_|CFPAT-|xau_|kubeconfig-u-)
    # source code, builds, deployment
    | (?:gh[pousr]_|github_pat_|gl(?:pat|ptt|dt|rt|cbt|ft|soat|oas|agent|imt|ffct|wt)-|GR1348941)
    | (?:ATBB|ATCTT3xFfG(?:N0|F0)?|ATATT3xFfGF0|ATTA(?=[0-9a-f]{72}$)|CCI(?:PAT|PRJ)_)
    | (?:bk(?:ua|pt|aj|cr|rt|pat|ct)_|st\.(?=[0-9a-f]{24}\.)|perm[:-](?=\w))
    | (?:(?:sdk|mob)-(?=[0-9a-f-]{36}$))
    | (?:sq[pau]_|AKCp|cmVmdGtu|[ps]at\.(?=[\w-]{22}\.)|hv[sbr]\.|pul-|dp\.(?:[a-z]{2,5})\.)
    | (?:ops_eyJ|A3-|AGE-SECRET-KEY-(?:PQ-)?1|API-(?=[A-Z0-9]{25})|sg[pd]_|slk_|ico-|tskey-[a-z]+-)
    | (?:pn[ub]_|nbp_|odt_|hawk\.|jca_|tk-us-|s-s4t2(?:ud|af)-|snyk_(?:uat|sat)\.)
    # registries
    | (?:npm_|pypi-AgEIcHlwaS5vcmc|rubygems_|oy2(?=\w{43}$)|cio(?=\w{32}$)|CLOJARS_)
    | (?:dckr_(?:pat|oat)_)
    # models
    | (?:sk-ant-(?:api|admin|sid|oat|ort)\d\d-|sk-(?:proj|svcacct|admin|None)-|sk-or-(?:v1-)?)
    | (?:sk-(?=[A-Za-z0-9]{20}T3BlbkFJ)|sk-lf-|pk-lf-|sk-helicone-|sess-|hf_|api_org_|r8_)
    | (?:gsk_|pplx-|sk-(?=[0-9a-f]{32}$)|sk_(?=[0-9a-f]{48}$))
    | (?:p[al]-(?=[\w-]{43}$)|a[ks]-(?=\w{22}$))
    | (?:tgp_v1_|xai-|f(?:w|pk)_(?=\w{22})|lsv2_(?:pt|sk)_|wandb_v1_|pcsk_|nvapi-|csk-|jina_|tvly-)
    | (?:llx-|rpa_|esecret_|e2b_|flp_|fc-(?=[0-9a-f]{32}$)|bce-v3/ALTAK-)
    # payment
    | (?:[sr]k_(?:live|test|prod)_|whsec_|sq0[a-z]{3}-|EAAA(?=[\w-]{60}$)|FLW\w{3}K)
    | (?:rzp_(?:live|test)_|(?:live|test)_(?=\w{30})|secret-(?:live|test)-)
    | (?:access_token\$(?:production|sandbox)\$)
    | (?:access-(?:production|sandbox|development)-|AQE[a-z]hm)
    | (?:shippo_(?:live|test)_|EZ[AT]K|duffel_(?:live|test)_|(?:SB-)?Mid-server-|xnd_\w{10,11}_)
    | (?:APP_USR-|pdl_(?:live|sdbx)_apikey_|pdl_ntfset_|polar_[a-z]{3}_|[xtyz]prv(?=\w{107}))
    # messages
    | (?:xoxe\.xox[bp]-1-|xox[a-z]-|xapp-|SG\.|key-|md-(?=[\w-]{22}$)|pat-\w\w\d-)
    | (?:x(?:keysib|smtpsib)-|(?:sub|pub|sec)-c-|KEY(?=[0-9A-F]{32}_)|pk_(?=[0-9a-f]{34}$))
    | (?:SK(?=[0-9a-f]{32}$)|AC(?=[0-9a-f]{32}$)|os_v2_(?:app|org)_|mlsn\.|re_(?=\w{8}_)|dG9rO)
    | (?:https?://hooks\.slack\.com/(?:services|workflows|triggers)/)
    | (?:https://(?:(?:ptb|canary)\.)?discord(?:app)?\.com/api/(?:v\d+/)?webhooks/)
    # observability
    | (?:NR(?:AK|II|IQ|JS|RA|SP)-|sntrys_|sntryu_|glsa_|glc_|hc[a-z]i[ck]_|dt0[a-z]\d\d\.|ddapp_)
    | (?:xa[ap]t-|ph[cxs]_(?=\w{43})|cu_(?=[0-9a-f]{32}$))
    # other services
    | (?:shp(?:at|ca|pa|ss|tka|ua|pt)_|lin_(?:api|oauth)_|ntn_|secret_(?=\w{43}$)|sl\.)
    | (?:fig[duoh]{1,2}_|1000\.(?=[0-9a-f]{32})|pk_(?=\d+_)|A{20,22}(?=\w{5})|NF-(?=\w{32}$))
    | (?:00D(?=\w{12,15}!)|5Aep861|3MVG9|p8e-|tfp_|EAA(?=\w{30})|IGQV|WPL_AP[01]\.)
    | (?:PM(?:AK|AT)-|rdme_)
    | (?:(?:PRD|SBX)-(?=[0-9a-f]{12}-)|c[ks]_(?=[0-9a-f]{40}$)|fio-u-|aio_|v\^1\.1\#i\^1\#|base64:)
    | (?:django-insecure-|[sp]k\.eyJ1Ijoi|TlRMTVNTUAAD|\$2[abxy]?\$\d\d\$)
    | (?:eyJ[A-Za-z0-9_-]{8,}\.)
    """,
    re.VERBOSE,
)
_FIXED_END = re.compile(r"\r?\n-----END[ A-Z]*-----\s*$")

_ALPHABETS = (
    string.digits,
    string.digits + "abcdef",
    string.digits + "ABCDEF",
    string.ascii_lowercase,
    string.ascii_uppercase,
    string.ascii_uppercase + "234567",
    string.ascii_lowercase + string.digits,
    string.ascii_uppercase + string.digits,
    string.ascii_letters,
    string.ascii_letters + string.digits,
    string.ascii_letters + string.digits + "-_",
    string.ascii_letters + string.digits + "/+",
)


def random_part(value: str) -> tuple[int, int]:
    """Offsets (start, end) of what is secret in `value`: all but a fixed start and end.

    >>> random_part("ghp_0123")
    (4, 8)
    """
    start_match = _FIXED_START.match(value)
    start = start_match.end() if start_match else 0
    end_match = _FIXED_END.search(value)
    end = end_match.start() if end_match else len(value)
    return (start, end) if start < end else (0, len(value))


def alphabet_of(characters: str) -> str:
    """The smallest usual alphabet that holds all letters and digits of `characters`."""
    used = {c for c in characters if c.isascii() and (c.isalnum() or c in "-_/+")}
    if not any(c.isalpha() for c in used):
        return string.digits  # what stands between digits only groups them
    for alphabet in _ALPHABETS:
        if used <= set(alphabet):
            return alphabet
    return string.ascii_letters + string.digits


_WORD = re.compile(r"[A-Za-z]{4,}")


def is_readable(text: str) -> bool:
    """Whether the letters of `text` form words rather than noise."""
    runs = _WORD.findall(text)
    letters = sum(map(len, runs))
    vowels = sum(c in "aeiouAEIOU" for run in runs for c in run)
    cased = all(run[1:].islower() or run.isupper() for run in runs)
    return bool(runs) and letters >= 0.5 * len(text) and cased and vowels >= 0.25 * letters


def guess_bits(characters: str) -> float:
    """log2 of how many tries a guesser who knows the format needs for these characters.

    Letters of readable words count two bits (a common word of six letters is one of a few
    thousand); anything else counts as drawn from its alphabet.
    """
    if not characters:
        return 0.0
    if is_readable(characters):
        return sum(
            2.0 if c.isalpha() else math.log2(10) if c.isdigit() else 1.0 for c in characters
        )
    return len(characters) * math.log2(len(alphabet_of(characters)))


def preview(value: str) -> str:
    """The fixed start and the length, nothing else.

    >>> preview("ghp_0123456789")
    'ghp_… (14 characters)'
    """
    start, _ = random_part(value)
    shown = value[:start].split("\n")[0] if not value.startswith("eyJ") else "eyJ"
    return f"{shown}… ({len(value)} characters)"
