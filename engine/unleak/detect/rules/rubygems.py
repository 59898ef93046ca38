"""RubyGems and private gem servers."""

from unleak.detect.rule import Rule, token

RULES = (
    Rule(
        id="rubygems-key",
        kind="rubygems-key",
        pattern=token("rubygems_[0-9a-f]{48}"),
        keywords=("rubygems_",),
        reference="https://guides.rubygems.org/api-key-scopes/",
        severity="critical",
        min_entropy=3.0,
        true=("export TOKEN=‹rubygems_fe043414a459663b75dd521a8d21c453ef7cd98dea71c77e›",),
    ),
    Rule(
        id="bundle-credential",
        kind="bundle-credential",
        pattern=r"BUNDLE_[A-Z0-9_]{3,60}__(?:COM|ORG|NET|IO|DEV)[\"']?[ \t]{0,4}[:=][ \t]{0,4}[\"']?(?P<value>[A-Za-z0-9_.\-]{2,64}:[A-Za-z0-9_.\-]{4,128})",
        keywords=("bundle_",),
        reference="https://bundler.io/man/bundle-config.1.html",
        score=0.9,
        true=("export BUNDLE_GEMS__CONTRIBSYS__COM=‹fc2968c3:57f44e57›",),
        false=("BUNDLE_PATH: vendor",),
    ),
    Rule(
        id="gem-server-credential",
        kind="bundle-credential",
        pattern=r"https?://(?P<value>[0-9a-f]{8}:[0-9a-f]{8})@(?:gems|enterprise)\.contribsys\.com",
        keywords=("contribsys.com",),
        reference="https://bundler.io/man/bundle-config.1.html",
        score=0.96,
        true=('source "https://‹d8c93169:6dfbefae›@gems.contribsys.com/"',),
    ),
)
