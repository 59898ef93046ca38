"""DeepSeek and others with short sk- keys."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="deepseek-key",
        kind="deepseek-key",
        pattern=token("sk-[0-9a-f]{32}"),
        keywords=("sk-",),
        reference="https://api-docs.deepseek.com/",
        min_entropy=3.0,
        true=("export TOKEN=‹sk-26caa1ff0c97ace3c2f090cacb5848a1›",),
    ),
    Rule(
        id="moonshot-key",
        kind="model-provider-key",
        pattern=assigned(
            "(?:moonshot|kimi|dashscope|qwen|zhipu|glm|bigmodel|minimax|baichuan)",
            r"sk-[A-Za-z0-9]{32,64}|[0-9a-f]{32}\.[A-Za-z0-9]{16}",
        ),
        keywords=(
            "moonshot",
            "kimi",
            "dashscope",
            "qwen",
            "zhipu",
            "glm",
            "bigmodel",
            "minimax",
            "baichuan",
        ),
        reference="https://platform.moonshot.ai/docs",
        score=0.96,
        min_entropy=3.0,
        true=("moonshot_api_key: ‹sk-RKy1E658yHTzlqLUY5kgOiAbxjbWNEXhjmdDM4qJauSldAQs›",),
        false=("build_id=sk-D0w1ipbMbiT8mUFg7G6ldWOPSpCTBxb3cRs9CXHRbBIbdPFK",),
    ),
)
