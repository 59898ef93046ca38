"""Content platforms and translation."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="ghost-key",
        kind="ghost-key",
        pattern=assigned("(?:ghost|admin_?api)", "[0-9a-f]{24}:[0-9a-f]{64}"),
        keywords=("ghost", "admin"),
        reference="https://docs.ghost.org/admin-api/",
        min_entropy=3.0,
        true=(
            'GHOST_ADMIN_API_KEY = "‹f782a92af53cf09907ce53e0:2043be1d399b0c0576df8e7149d767e160a32a55a07fb118b65e93f9436495ae›"',
        ),
        false=(
            "commit: 738b4a352cc65700a53a9f11:af3bc03e228b6362da91295f131a7cf2b77c79e90b744ed08526f40808aa724b",
        ),
    ),
    Rule(
        id="cloudinary-url",
        kind="cloudinary-secret",
        pattern=r"cloudinary://\d{12,18}:(?P<value>[A-Za-z0-9_\-]{20,40})@[A-Za-z0-9_\-]{2,60}",
        keywords=("cloudinary://",),
        reference="https://cloudinary.com/documentation",
        score=0.96,
        true=("CLOUDINARY_URL=cloudinary://560491668981116:‹ss3c7weAtooXh-LimJvET5r0zZo›@quartz",),
    ),
    Rule(
        id="cloudinary-secret",
        kind="cloudinary-secret",
        pattern=assigned("cloudinary", r"[A-Za-z0-9_\-]{27}", r"A-Za-z0-9_\-"),
        keywords=("cloudinary",),
        reference="https://cloudinary.com/documentation",
        score=0.85,
        min_entropy=3.0,
        check="mixed",
        true=('"cloudinary_api_secret": "‹45cIwKh09BIFZzXZkmA1Ae_vSVc›",',),
        false=('"etag": "EEMybU-8gdlWlebFf0Ad4XeCYX5"',),
    ),
    Rule(
        id="transifex-token",
        kind="transifex-token",
        pattern=token("1/[0-9a-f]{40}"),
        keywords=tuple(f"1/{digit}" for digit in "0123456789abcdef"),
        reference="https://developers.transifex.com/",
        min_entropy=3.0,
        true=("export TOKEN=‹1/166e795d6cafbda5be26b56bb3895828676e1f4f›",),
    ),
    Rule(
        id="lokalise-token",
        kind="translation-token",
        pattern=assigned(
            "(?:lokalise|crowdin|phrase|poeditor|smartling)",
            "[0-9a-f]{40}|[0-9a-f]{80}|[0-9a-f]{64}|[0-9a-f]{32}",
        ),
        keywords=("lokalise", "crowdin", "phrase", "poeditor", "smartling"),
        reference="https://developers.lokalise.com/",
        score=0.85,
        min_entropy=3.0,
        true=("lokalise_api_token: ‹9c00869dd504aa63b6efd735df68b9f1e70cdfba›",),
        false=(
            'passphrase = "quartz"',
            "build_id=33b99d4dba9e2faab049ac681425ff7cab76df09",
        ),
    ),
    Rule(
        id="storyblok-token",
        kind="cms-token",
        pattern=assigned(
            "(?:storyblok|sanity|prismic|dato_?cms|strapi|webflow|kontent|directus|hygraph|butter_?cms)",
            r"sk[A-Za-z0-9]{80,180}|[A-Za-z0-9]{22}tt|[0-9a-f]{64}|[0-9a-f]{128,256}|[0-9a-f]{30}|[A-Za-z0-9_\-]{60,90}",
            "A-Za-z0-9_-",
        ),
        keywords=(
            "storyblok",
            "sanity",
            "prismic",
            "dato",
            "strapi",
            "webflow",
            "kontent",
            "directus",
            "hygraph",
            "butter",
        ),
        reference="https://www.storyblok.com/docs/api",
        score=0.85,
        min_entropy=3.0,
        check="random_literal",
        true=(
            "sanityAuthToken: '‹sk85AbfUATqPOfeDbggL7NnJfYkJdSKEfxAg8jGEela3slnAu4LaA1iDia1I5R2miNGKDO8cwfDUC9GrlQ4AAQAmtJGQmeRqaR1UykBziFLglJY6tt876JhlUm›',",
        ),
        false=(
            'checksum = "skGlXimX5AvcOkLwAUmWpEsWsnrtvJfqLB10OeL5mgGSmigKnaavtJ0r3sjnwzftdUby08bgopi1tiAnMHakN6ezLpK2gyleayIjjC3AMOJioAPDXT8u4nv2R1"',
        ),
    ),
)
