"""What looks like a secret: by the forms that issuers give their keys, and by the name that it stands under.

What an environment file says stands in every plan, in Terraform's state and in what SageMaker tells of a model.
Sources of the forms: IAM user guide, "IAM identifiers"; GitHub, "About authentication to GitHub"; Slack, "Tokens" and
"Sending messages using incoming webhooks"; Hugging Face, "User access tokens"; Stripe, "API keys"; Google Cloud, "API
keys"; RFC 7468, RFC 7519.
"""

import re

_FORMS = {
    "an AWS access key": r"\b(AKIA|ASIA)[A-Z2-7]{16}\b",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "a GitHub token": r"\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22})",
    "a Slack token": r"\bxox[abeprs]-[A-Za-z0-9-]{10}",
    "a Slack webhook": r"https://hooks\.slack\.com/\w+/\S+",
    "a Hugging Face token": r"\bhf_[A-Za-z0-9]{30}",
    "a Stripe key": r"\b[rs]k_live_[A-Za-z0-9]{16}",
    "an API key": r"\b(sk-[A-Za-z0-9_-]{20}|AIza[A-Za-z0-9_-]{35})",
    "a JSON web token": r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.",
    "a password in a URL": r"://[^/\s:@]+:[^/\s:@]+@",
}
_NAMED = re.compile(
    r"(.*[_-])?(password|passwd|passphrase|secret|token|credentials?|(api|access|private|secret|encryption)[_-]?key)",
    re.IGNORECASE,
)
_LEAST = 8
"""Characters of a secret that is known by its name only: ``EOS_TOKEN: </s>`` is none."""


def secret(name: str, text: str) -> str:
    """Say what the text under a name looks like, empty where like no secret; an ARN names one, and is none."""
    found = next((what for what, form in _FORMS.items() if re.search(form, text)), "")
    if found or text.startswith("arn:") or not _NAMED.fullmatch(name):
        return found
    guessed = len(text) >= _LEAST and not re.search(r"\s", text)
    return "a secret, by its name" if guessed else ""
