"""Secrets of web frameworks."""

from unleak.detect.rule import Rule, assigned

RULES = (
    Rule(
        id="django-secret-key",
        kind="django-secret-key",
        pattern=assigned(
            "(?:django_?)?secret_?key",
            r"django-insecure-[A-Za-z0-9!@#$%^&*()_+=\-]{40,60}|[a-z0-9!@#$%^&*(\-_=+)]{50}",
            r"A-Za-z0-9!@#$%^&*()_+=\-",
        ),
        keywords=("secret_key", "secretkey"),
        reference="https://docs.djangoproject.com/en/stable/ref/settings/#secret-key",
        score=0.9,
        min_entropy=3.0,
        check="random_literal",
        true=(
            "SECRET_KEY = '‹django-insecure-kd6jsg5h41w186w62hrg!x_704dkl5wegssj08c8vrb3o9r8t›'",
        ),
        false=("SECRET_KEY = os.environ['SECRET_KEY']",),
    ),
    Rule(
        id="rails-secret",
        kind="rails-secret",
        pattern=assigned(
            "secret_key_base|rails_master_key", "[0-9a-f]{128}|[0-9a-f]{32}|[0-9a-f]{30}"
        ),
        keywords=("secret_key_base", "rails_master_key"),
        reference="https://guides.rubyonrails.org/security.html",
        score=0.93,
        min_entropy=3.0,
        true=(
            '"secret_key_base": "‹7ea00032010b3a76983e90bbe7d42c60a76731574f2e5540b8ee8a649dd5081a15608ec8678bf44762c200a912df87832d5a5260932ea04bc1eed06131650863›",',
        ),
        false=(
            "commit: d771e334ce63e243569af6c2470c64cd5a8fb4a59e4af6bdb1a6fa3d97eeb0d0d4ef811df824c68a0ff11415a032bcc432ad26aa4c620899b61ab0c0a2fe4fb9",
        ),
    ),
    Rule(
        id="laravel-app-key",
        kind="laravel-app-key",
        pattern=assigned(
            "app_?key", "base64:[A-Za-z0-9+/]{43}=|base64:[A-Za-z0-9+/]{22}==", "A-Za-z0-9+/="
        ),
        keywords=("app_key", "appkey"),
        reference="https://laravel.com/docs/encryption",
        min_entropy=3.0,
        true=("export APP_KEY=‹base64:9QA2SnPTg1QLnSizkbflFxoG4CYhxqubeQO6cKfYAkI=›",),
        false=('"etag": "base64:5nCBwlVFdTv85SMdHFL1KRzwBSVyz736xDdl5wz6OxS="',),
    ),
    Rule(
        id="wordpress-salt",
        kind="wordpress-salt",
        pattern=r"(?:AUTH|SECURE_AUTH|LOGGED_IN|NONCE)_(?:KEY|SALT)['\"][ \t]{0,4},[ \t]{0,24}(?P<quote>['\"])(?P<value>[^'\"\r\n]{40,80})(?P=quote)",
        keywords=("auth_key", "auth_salt", "logged_in_", "nonce_key", "nonce_salt"),
        reference="https://developer.wordpress.org/advanced-administration/wordpress/wp-config/",
        spaced=True,
        score=0.93,
        min_entropy=4.0,
        true=(
            "define('AUTH_KEY', '‹4uE3gSNkXyYUGvh25CpjsbVSaFFP2u|%Nydiho1Ns8PcF5jgQV7a+>WZyztHi5kC›');",
        ),
        false=("define('AUTH_KEY', 'put your unique phrase here');",),
    ),
    Rule(
        id="aspnet-machine-key",
        kind="aspnet-machine-key",
        pattern=assigned("(?:validation|decryption)_?key", "[0-9A-Fa-f]{40,128}"),
        keywords=("validationkey", "decryptionkey"),
        reference="https://learn.microsoft.com/dotnet/api/system.web.configuration.machinekeysection",
        severity="critical",
        score=0.93,
        min_entropy=3.0,
        true=(
            '<machineKey validationKey="‹6A1BC8976534A22EDCC2E6D2A7858B0738407DB2ACBE10757270524C17EAAC9627EFC74FD76BA865F1147036B9A33EED1AB665E7C34EE55EB73AE5BCB7AB286E›"',
        ),
        false=('validationKey="AutoGenerate"',),
    ),
    Rule(
        id="symfony-secret",
        kind="app-secret",
        pattern=assigned("app_?secret", "[0-9a-f]{32}|[0-9a-f]{40}"),
        keywords=("app_secret", "appsecret"),
        reference="https://symfony.com/doc/current/reference/configuration/framework.html#secret",
        score=0.8,
        min_entropy=3.0,
        true=("app_secret: ‹17355b8a19d9eddb519c7280059b5dfa›",),
        false=("image@sha256:c4971278926c974bfef6559474479bf4",),
    ),
)
