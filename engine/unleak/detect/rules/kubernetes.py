"""Kubernetes, OpenShift and their tools."""

from unleak.detect.rule import Rule, assigned, token

RULES = (
    Rule(
        id="openshift-token",
        kind="openshift-token",
        pattern=token(r"sha256~[A-Za-z0-9_\-]{43}", r"A-Za-z0-9_\-"),
        keywords=("sha256~",),
        reference="https://docs.openshift.com/container-platform/latest/authentication/index.html",
        min_entropy=3.0,
        check="not_placeholder",
        true=("oc login --token=‹sha256~ndGw0Il3kFA77wR54SOfpn1jvnUGvz8UQ2-ArmIpnpw›",),
        false=('token="sha256~XXXXXXXXXX_PUT_YOUR_TOKEN_HERE_XXXXXXXXXXXX"',),
    ),
    Rule(
        id="kubernetes-bootstrap-token",
        kind="kubernetes-bootstrap-token",
        pattern=assigned(
            "(?:token|kubeadm|bootstrap)",
            "(?=[a-z.]{0,22}[0-9])[a-z0-9]{6}[.][a-z0-9]{16}",
            "A-Za-z0-9.",
        ),
        keywords=("token", "kubeadm", "bootstrap"),
        reference="https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/",
        score=0.85,
        min_entropy=3.0,
        digit=True,
        true=(
            "kubeadm join --token ‹u156rr.4hoya0guqjzlyxe4› cp.local:6443",
            "bootstrapToken: '‹bg4lqk.y9gkiti24v0ebarw›',",
        ),
        false=("build_id=9btb39.3800ocp1ch2ozqpf",),
    ),
    Rule(
        id="kubernetes-client-key",
        kind="kubernetes-client-key",
        pattern=r"client-key-data[\"']?[ \t]{0,4}:[ \t]{0,4}[\"']?(?P<value>LS0tLS1CRUdJTi[A-Za-z0-9+/=]{40,4000})",
        keywords=("client-key-data",),
        reference="https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/",
        severity="critical",
        score=0.97,
        true=(
            "    client-key-data: ‹LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQ4WQw1GrwEj8KBpPvRvVbJRjopv1qMPf8MNNWNpFadiiWGJTLDCYWudS4HCGk8HoAjzPM5C9NL6BYjZZLIRUoOinoRNVB4IS2byCtburOFdPbUzaXPb45t9L1=›",
        ),
        false=("client-key-data: REDACTED",),
    ),
    Rule(
        id="rancher-token",
        kind="rancher-token",
        pattern=token("(?:token|kubeconfig-u)-[a-z0-9]{5,12}:[a-z0-9]{54}"),
        keywords=("token-", "kubeconfig-u-"),
        reference="https://ranchermanager.docs.rancher.com/api/api-tokens",
        min_entropy=3.0,
        true=(
            'curl -H "X-Key: ‹token-0f2wz:ovssetdffca6une16aio4xyy8z4bv425wiwqbt7wkkgwsz9omjdltc›"',
        ),
    ),
)
