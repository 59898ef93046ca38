"""Made-up lines for the classifier: what the data set lacks.

Each is a line of code, configuration or text with a value in it, and whether that is a secret.
Everything is invented here; the names and phrases are common knowledge.
"""

import random
import string
from collections.abc import Callable, Iterator

Example = tuple[str, str, bool]  # line, value, whether a secret

_PASSWORD_NAMES = (
    "password", "passwd", "pwd", "pass", "db_password", "dbPassword", "DB_PASS", "user_password",
    "admin_password", "ADMIN_PWD", "smtp_password", "MAIL_PASSWORD", "root_password", "ldap_bind_password",
    "passphrase", "keystorePassword", "ftp_pass", "mqtt_password", "redis_password", "POSTGRES_PASSWORD",
    "MYSQL_ROOT_PASSWORD", "wifi_password", "login_pwd", "userPwd", "proxy_password", "spring.datasource.password",
)  # fmt: skip
_SECRET_NAMES = (
    "secret", "client_secret", "clientSecret", "CLIENT_SECRET", "app_secret", "consumer_secret", "consumerSecret",
    "api_secret", "shared_secret", "secret_key", "SECRET_KEY", "jwt_secret", "webhook_secret", "session_secret",
    "token", "access_token", "accessToken", "refresh_token", "auth_token", "AUTH_TOKEN", "bot_token", "api_token",
    "id_token", "deploy_token", "bearer_token", "oauth_token", "oauth_verifier", "authorization", "credential",
    "api_key", "apiKey", "API_KEY", "apikey", "encryption_key", "signing_key", "private_key", "license_key",
    "hmac_key", "aes_key", "key", "storage_key", "account_key", "session_key", "otp_secret", "auth", "X-Api-Key",
)  # fmt: skip

# "Password" as programs say it in their menus.
_LABELS = (
    "Password", "Passwort", "Kennwort", "Mot de passe", "Contraseña", "Senha", "Palavra-passe", "Wachtwoord",
    "Lösenord", "Adgangskode", "Kodeord", "Passord", "Salasana", "Hasło", "Heslo", "Jelszó", "Parolă", "Parola",
    "Lozinka", "Geslo", "Slaptažodis", "Parole", "Parool", "Salasõna", "Лозинка", "Пароль", "Парола", "Κωδικός",
    "Şifre", "Şifrə", "Kata sandi", "Mật khẩu", "รหัสผ่าน", "密码", "密碼", "パスワード", "비밀번호", "סיסמה", "كلمة المرور",
    "Lykilorð", "Pasahitza", "Contrasinal", "Contrasenya", "Fjalëkalimi", "Gaptxartutako", "პაროლი", "Գաղտնաբառ",
    "Token", "Jeton", "Secret", "Geheimnis", "Geheim", "Clé", "Chave", "Clave", "Schlüssel", "Sleutel", "Nyckel",
)  # fmt: skip
_VERBS = (
    "Enter your {}", "Forgot {}?", "Repeat {}", "Confirm {}", "New {}", "Old {}", "Current {}", "Change {}",
    "Show {}", "Hide {}", "Reset {}", "{} vergessen?", "{} wiederholen", "Neues {}", "{} bestätigen", "{} ändern",
    "{} oublié ?", "Nouveau {}", "Confirmez {}", "Introduzca su {}", "¿Olvidó su {}?", "Nueva {}", "Repita {}",
    "Esqueceu a {}?", "Nova {}", "Alterar {}", "{} dimenticata?", "Nuova {}", "{} vergeten?", "Nieuw {}",
    "Herhaal {}", "Huidig {}", "Glömt {}?", "Nytt {}", "Upprepa {}", "Glemt {}?", "Ny {}", "Gentag {}", "Unohditko {}?",
    "Uusi {}", "Vaihda {}", "Nowe {}", "Zmień {}", "Zapomniałeś {}?", "Nové {}", "Zapomenuté {}", "Změnit {}",
    "Új {}", "Elfelejtett {}", "Módosítás {}", "{} uitată", "Schimbă {}", "Yeni {}", "{} tekrar", "{}ni unuttum",
    "Забыли {}?", "Новый {}", "Сменить {}", "Повторите {}", "Ξέχασα {}", "Νέος {}", "新しい{}", "{}をお忘れですか", "确认{}",
    "请输入{}", "{} 변경", "Invalid {}", "Wrong {}", "{} is required", "{} must be at least 8 characters",
    "{} is invalid", "{}s do not match", "{} expired", "{} não confere", "{} ist ungültig", "{} incorrecte",
)  # fmt: skip
_LABEL_NAMES = (
    "password", "PASSWORD", "password_label", "LABEL_PASSWORD", "TITLE_FORGOT_PASSWORD", "forgot_password",
    "passwordPlaceholder", "password_hint", "password_confirmation", "confirm_password", "newPassword",
    "login.password", "auth.password", "password.required", "passwordMismatch", "SHOW_PASSWORD", "HIDE_PWD_TOOLTIP",
    "invalid_token", "token_expired", "TOKEN_LABEL", "secret_label", "enter_password", "resetPassword",
    "MANDATORY_NEW_PASSWORD", "ERROR_PASSWORD", "change_password", "password_again", "PASSWORDS_NOT_MATCHING",
    "lbl_password", "txtPassword", "passwordHelp", "apiKeyLabel", "SHOW_PASSWORD_ADVICE", "REPEAT_PASSWORD",
)  # fmt: skip

# (name, value) pairs that look like an assignment and are none of a secret.
_PLAIN = (
    ("password", "password"), ("type", "password"), ("password_field", "user_password"), ("password", "changeit"),
    ("password_algorithm", "sha512"), ("Password.Algorithm", "argon2id"), ("passwordEncoder", "bcrypt"),
    ("password_hash", "pbkdf2_sha256"), ("password_type", "plaintext"), ("passwordPolicy", "strong"),
    ("password_column", "passwd"), ("password_path", "/etc/passwd"), ("password_file", "/run/secrets/db_password"),
    ("passwordUrl", "/account/password/reset"), ("password", "String"), ("password", "VARCHAR(255)"),
    ("changePasswordView", "#change-password-view"), ("passwordInput", ".password-input"), ("pass", "transparent"),
    ("pass_through", "enabled"), ("password_validator", "MinimumLengthValidator"), ("passwordKey", "user.password"),
    ("token", "csrf_token"), ("token_type", "Bearer"), ("token_type", "refresh_token"), ("token_url", "/oauth/token"),
    ("tokenEndpoint", "https://login.local/oauth2/token"), ("token_name", "access_token"), ("token", "IDENTIFIER"),
    ("pad_token", "[PAD]"), ("eos_token", "</s>"), ("bos_token", "<|startoftext|>"), ("unk_token", "<unk>"),
    ("mask_token", "[MASK]"), ("sep_token", "[SEP]"), ("token_class", "Name.Function"), ("token", "Keyword.Reserved"),
    ("tokenizer", "basic_english"), ("tokenizer_class", "PreTrainedTokenizerFast"), ("auth", "basic"),
    ("auth_type", "oauth2"), ("authMethod", "client_secret_basic"), ("auth_provider", "google-oauth2"),
    ("authenticator", "org.apache.cassandra.auth.PasswordAuthenticator"), ("auth_mechanism", "SCRAM-SHA-256"),
    ("AuthModule", "ldap"), ("authorization", "required"), ("authority", "login.local"), ("auth_url", "/v3/auth/tokens"),
    ("key", "created_at"), ("key", "ArrowDown"), ("key", "Enter"), ("sort_key", "last_modified"), ("primary_key", "user_id"),
    ("foreign_key", "account_id"), ("partition_key", "tenant"), ("cache_key", "homepage-v2"), ("key_type", "ssh-ed25519"),
    ("key_algorithm", "RSA-OAEP-256"), ("keyUsage", "digitalSignature"), ("key_name", "production-deploy"),
    ("keyPath", "config/keys/server.pem"), ("private_key_path", "/etc/ssl/private/server.key"), ("ssh_key", "~/.ssh/id_rsa"),
    ("key_prefix", "session:"), ("i18n_key", "errors.password.too_short"), ("secret_name", "prod/db/password"),
    ("secretName", "tls-certificate"), ("secret_id", "projects/42/secrets/db"), ("secretRef", "db-credentials"),
    ("secretKeyRef", "postgres-credentials"), ("secret_path", "kv/data/app"), ("existingSecret", "redis-auth"),
    ("credentials", "include"), ("credentials", "same-origin"), ("credential_type", "service_account"),
    ("credentialsProvider", "DefaultAWSCredentialsProviderChain"), ("credentials_file", "~/.aws/credentials"),
    ("session", "requests.Session"), ("session_engine", "django.contrib.sessions.backends.db"), ("cookie", "sessionid"),
    ("csrf_token", "hidden-field-value"), ("api_key", "API_KEY"), ("api_key_env", "OPENAI_API_KEY"), ("api_key", "apiKey"),
    ("apiKeyHeader", "X-Api-Key"), ("api_key_name", "x-api-key"), ("apikey_auth", "header"), ("secret", "SECRET"),
    ("key_format", "PEM"), ("signature_method", "HMAC-SHA256"), ("signature_algorithm", "sha256WithRSAEncryption"),
    ("oauth_signature_method", "HMAC-SHA1"), ("oauth_version", "1.0"), ("oid_password", "1.2.840.113549.1.9.7"),
    ("ControlTypePasswordPolicy", "1.3.6.1.4.1.42.2.27.8.5.1"), ("password_expired", "2.16.840.1.113730.3.4.4"),
    ("certificate", "/etc/ssl/certs/ca.pem"), ("seed", "reproducible"), ("otp_type", "totp"), ("verifier", "plain"),
    ("spec", "autospec=True"), ("pass", "safe=False"), ("Pass", "stream=True"), ("pass", "delete=False"),
    ("passive_mode", "enabled"), ("compass", "northwest"), ("password_reset_template", "registration/password_reset.html"),
    ("token_generator", "default_token_generator"), ("token_ids", "input_ids"), ("special_tokens", "additional_special_tokens"),
    ("password", "${DB_PASSWORD}"), ("password", "{{ vault_password }}"), ("password", "<password>"), ("token", "%(token)s"),
    ("password", "********"), ("secret", "your-secret-here"), ("token", "YOUR_TOKEN"), ("api_key", "<YOUR API KEY>"),
    ("password", "process.env.PASSWORD"), ("password", "$DB_PASSWORD"), ("password", "{password}"), ("token", "${token}"),
)  # fmt: skip
# What a name about a secret ends with.
_ABOUT = (
    "_id", "Id", "_name", "Name", "_length", "_path", "_file", "_url", "_type", "_hash", "_vault_name", "_version", "_alias",
    "_ref", "_arn", "_header", "_policy", "_algorithm", "_format", "_prefix", "_provider", "_ids", "_uri", "_store", "Selector",
)  # fmt: skip
_DIGEST_NAMES = (
    "csrf_token", "csrf-token", "csrfToken", "authenticity_token", "xsrf_token", "publicToken", "public_api_key", "X-Signature",
    "signature", "CloudFront-Signature", "kms_key_id", "credentialId", "credentialsId", "site_key", "publishable_key",
    "public_key", "publicKey", "key_id", "keyId", "kid", "encrypted_key", "encryptedKey", "wrapped_key", "key_fingerprint",
    "sha256", "token_hash", "password_hash", "publicKeyToken", "PublicKeyToken", "certificate_fingerprint", "key_hash",
    "public_token", "signature", "key_checksum", "host_key", "authorized_key", "verify_key", "pubkey", "ssh_public_key",
    "key_digest", "commit_key", "cache_key", "etag_key", "key_uuid", "credentialsId", "secret_version", "token_id",
)  # fmt: skip

# How languages put a value to a name. %n is the name, %v the value.
_FORMS = (
    '%n = "%v"', "%n = '%v'", '%n: "%v",', "%n: '%v',", '"%n": "%v"', '"%n": "%v",', "'%n': '%v',", "'%n' => '%v',",
    '%n := "%v"', 'const %n = "%v";', "let %n = '%v';", 'var %n = "%v"', 'String %n = "%v";', "$%n = '%v';",
    'private static final String %n = "%v";', 'login(user="bob", %n="%v")', "client.connect(host, %n='%v')",
    '<%n>%v</%n>', '<add key="%n" value="%v" />', '%n="%v"', 'os.environ["%n"] = "%v"', 'set%n("%v");',
    '.%n("%v")', "self.%n = '%v'", "this.%n = '%v';", 'if %n == "%v":', 'opts.%n = "%v"', 'define("%n", "%v");',
    '{user: "bob", %n: "%v"}', '{"user": "bob", "%n": "%v"}', '{\\"user\\":\\"bob\\",\\"%n\\":\\"%v\\"}', 'export %n="%v"',
    'req.headers["%n"] = "%v"', 'assert_equal "%v", config.%n', 'properties.put("%n", "%v");', '  - name: %n\n    value: "%v"',
    'data class Login(val %n: String = "%v")', 'val %n = "%v"', 'fetch(url, { %n: "%v" })', '%n ||= "%v"',
)  # fmt: skip
_BARE_FORMS = (
    "%n=%v", "%n: %v", "  %n: %v", "export %n=%v", "- %n=%v", "ENV %n=%v", "%n = %v", "# %n: %v", "  -e %n=%v \\",
    "https://api.local/login?user=bob&%n=%v", "https://api.local/cb?%n=%v&next=1", "{user: bob, %n: %v}", "--%n=%v", "--%n %v",
)  # fmt: skip


class _Maker:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def of(self, alphabet: str, low: int, high: int) -> str:
        return "".join(self.random.choices(alphabet, k=self.random.randint(low, high)))

    def password(self) -> str:
        """As people make them up; half as an obfuscated data set shows them."""
        word = self.of(string.ascii_lowercase, 4, 10)
        kind = self.random.randrange(9)
        if kind <= 1:
            return word
        if kind == 2:
            return word + self.of(string.digits, 1, 4)
        if kind == 3:
            return word.capitalize() + self.of(string.digits, 1, 4) + self.random.choice("!@#$%*?.")
        if kind == 4:
            return self.of(string.ascii_letters + string.digits, 8, 24)
        if kind == 5:
            return self.of(string.ascii_letters + string.digits + "!@#%^*-_+?.", 8, 20)
        if kind == 6:
            return self.of(string.ascii_lowercase, 3, 5) + "-" + self.of(string.digits, 3, 5)
        if kind == 7:
            leet = str.maketrans("aeios", "43105")
            return self.random.choice(_COMMON).translate(leet) + self.of(string.digits, 0, 4)
        return (
            self.random.choice(_COMMON).capitalize()
            + self.of(string.digits, 2, 4)
            + self.random.choice("!?#$")
        )

    def key(self) -> str:
        kind = self.random.randrange(7)
        if kind == 0:
            return self.of("0123456789abcdef", 16, 64)
        if kind == 1:
            return self.of(
                string.ascii_letters + string.digits + "+/", 24, 64
            ) + self.random.choice(("", "=", "=="))
        if kind == 2:
            return self.of(string.ascii_letters + string.digits + "-_", 16, 64)
        if kind == 3:
            return self.of(string.ascii_lowercase, 10, 24)
        if kind == 4:
            return self.of(string.ascii_uppercase + string.digits, 12, 40)
        if kind == 5:
            return self.uuid()
        return self.of(string.ascii_letters + string.digits, 6, 40)

    def uuid(self) -> str:
        return "-".join(self.of("0123456789abcdef", n, n) for n in (8, 4, 4, 4, 12))

    def cased(self, name: str) -> str:
        return self.random.choice(
            (name, name, name, name.upper(), name.replace("_", "-"), name.title().replace("_", ""))
        )

    def line(self, name: str, value: str) -> str:
        bare = not set(value) & set(" \"'`<>,;&(){}[]|\\") and self.random.random() < 0.3
        form = self.random.choice(_BARE_FORMS if bare else _FORMS)
        indent = " " * self.random.choice((0, 0, 2, 4, 8))
        return indent + form.replace("%n", name).replace("%v", value)


_COMMON = (
    "summer", "welcome", "dragon", "sunshine", "monkey", "football", "shadow", "master", "winter", "spring", "london",
    "berlin", "copper", "walnut", "travel", "guitar", "pepper", "orange", "silver", "hunter", "freedom", "princess",
)  # fmt: skip


def _password(make: _Maker) -> Example:
    value = make.password()
    return make.line(make.cased(make.random.choice(_PASSWORD_NAMES)), value), value, True


def _key(make: _Maker) -> Example:
    value = make.key()
    return make.line(make.cased(make.random.choice(_SECRET_NAMES)), value), value, True


def _label(make: _Maker) -> Example:
    word = make.random.choice(_LABELS)
    value = word
    if make.random.random() < 0.7:
        value = make.random.choice(_VERBS).format(make.random.choice((word, word.lower())))
    return make.line(make.random.choice(_LABEL_NAMES), value), value, False


def _plain(make: _Maker) -> Example:
    name, value = make.random.choice(_PLAIN)
    return make.line(make.cased(name), value), value, False


def _digest(make: _Maker) -> Example:
    value = make.key()
    return make.line(make.cased(make.random.choice(_DIGEST_NAMES)), value), value, False


def _about(make: _Maker) -> Example:
    """A random value whose name says that it is about a secret."""
    name = make.random.choice((*_PASSWORD_NAMES, *_SECRET_NAMES)) + make.random.choice(_ABOUT)
    value = make.random.choice((make.key, make.uuid, make.password))()
    return make.line(make.cased(name), value), value, False


def _repeated(make: _Maker) -> Example:
    """A value that only says its name again."""
    name = make.random.choice((*_PASSWORD_NAMES, *_SECRET_NAMES))
    value = make.random.choice(
        (
            make.cased(name),
            f"my_{name}",
            f"test-{name}",
            f"{name}_value",
            f"invalid-{name}",
            f"the {name}",
            f"user.{name}",
        )
    )
    return make.line(make.cased(name), value), value, False


def _coded(make: _Maker) -> Example:
    """Colours, numbers, counted digits and words that stand beside a name."""
    value = make.random.choice(
        (
            "#" + make.of("0123456789abcdef", 6, 6),
            "0x" + make.of("0123456789ABCDEF", 8, 8),
            make.of(string.ascii_lowercase, 2, 5)
            + make.random.choice("-_")
            + "1234567890"
            + make.of("0", 0, 8),
            make.random.choice("1xA#0") * make.random.randint(8, 40),
            make.random.choice(_COMMON),
            make.random.choice(_COMMON).upper(),
            f"{make.random.choice(_COMMON)}/{make.random.choice(_COMMON)}-{make.of(string.digits, 1, 2)}b",
        )
    )
    name = make.random.choice(
        ("Token", "token_color", "keyword", "key", "PASS", "auth", "model_token", "secret_kind")
    )
    return make.line(name, value), value, False


def _argument(make: _Maker) -> Example:
    """A docstring that says what to pass."""
    argument = (
        make.of(string.ascii_lowercase, 3, 8)
        + make.random.choice(("", "_"))
        + make.of(string.ascii_lowercase, 2, 8)
    )
    value = argument + make.random.choice(("=True", "=False", "=None", "", "=1"))
    opening = make.random.choice(("you can pass ", "Pass ", "please pass ", "To disable it pass "))
    ticks = make.random.choice(("`", "``"))
    return f"    {opening}{ticks}{value}{ticks} to the constructor", value, False


_MAKERS: tuple[tuple[Callable[[_Maker], Example], int], ...] = (
    (_password, 6), (_key, 6), (_label, 4), (_plain, 5), (_digest, 3), (_about, 3), (_repeated, 2), (_argument, 1),
    (_coded, 1),
)  # fmt: skip


def made(count: int, seed: int) -> Iterator[Example]:
    """So many lines, the same for the same seed."""
    make = _Maker(seed)
    makers, weights = zip(*_MAKERS, strict=True)
    for maker in make.random.choices(makers, weights, k=count):
        yield maker(make)
