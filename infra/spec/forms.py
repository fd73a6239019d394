"""How a value is written in an environment file: its pattern, how it is read, and what to write instead.

A form serves the reader (which refuses what does not match), the JSON Schema (which shows pattern and examples
to editors) and the error messages alike.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any


def either(choices: Sequence[str]) -> str:
    """List choices in words: ``a``, ``a or b``, ``a, b or c``."""
    *first, last = choices
    return f"{', '.join(first)} or {last}" if first else last


def _as_written(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Form:
    """A written form: ``what`` it is in words, the ``pattern`` of its whole text, and examples.

    ``parse`` turns text that matches into the value; it raises ValueError (a sentence) for text that matches
    and is still none, such as a weight that is no whole basis point. ``write`` turns the value back into text.
    Patterns keep to what Python's and JavaScript's regular expressions have in common.
    """

    what: str
    pattern: str
    examples: tuple[str, ...]
    parse: Callable[[str], object] = field(default=_as_written)
    write: Callable[[Any], str] = field(default=_as_written)

    def read(self, text: str) -> object:
        """Read text; raises ValueError with a sentence where it is not of this form."""
        if not re.fullmatch(self.pattern, text):
            raise ValueError(f"is not {self.what}")
        return self.parse(text)

    @property
    def fix(self) -> str:
        """What to write, by example."""
        return f"write {self.what}, such as {either(self.examples)}"


ACCOUNT = Form("an AWS account number of 12 digits", r"[0-9]{12}", ("123456789012",))
REGION = Form("an AWS region", r"[a-z]{2,4}(-[a-z]+)+-[0-9]", ("eu-west-1",))
S3_URI = Form(
    "an S3 location",
    r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^\s]*)?",
    ("s3://models-123456789012/hmda/v1.tar.gz",),
)
CONTENT_TYPE = Form(
    "a content type that SageMaker tells apart",
    r"[a-zA-Z0-9](-*[a-zA-Z0-9])*/[a-zA-Z0-9](-*[a-zA-Z0-9.])*",
    ("text/csv", "application/json"),
)
"""Source: SageMaker API reference, CaptureContentTypeHeader."""
BUCKET = Form("an S3 bucket name", r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", ("serinus-state-123456789012",))
IMAGE = Form(
    "a container image (at most 255 characters)",
    r"(?=.{1,255}$)[A-Za-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)*(:[A-Za-z0-9_.-]{1,128})?(@sha256:[0-9a-f]{64})?",
    ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/hmda:1",),
)
INSTANCE_TYPE = Form("a SageMaker instance type", r"ml\.[a-z0-9-]+\.[a-z0-9]+", ("ml.m5.large",))
ROLE_ARN = Form(
    "the ARN of an IAM role",
    r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]+",
    ("arn:aws:iam::123456789012:role/mortgage-endpoint",),
)
STREAM_ARN = Form(
    "the ARN of a Kinesis data stream",
    r"arn:aws[a-z-]*:kinesis:[a-z]{2,4}(-[a-z]+)+-[0-9]:[0-9]{12}:stream/[a-zA-Z0-9_.-]{1,128}",
    ("arn:aws:kinesis:eu-west-1:123456789012:stream/purchases",),
)
TOPIC_ARN = Form(
    "the ARN of an SNS topic",
    r"arn:aws[a-z-]*:sns:[a-z]{2,4}(-[a-z]+)+-[0-9]:[0-9]{12}:[a-zA-Z0-9_-]{1,256}",
    ("arn:aws:sns:eu-west-1:123456789012:answers",),
)
KMS_KEY_ARN = Form(
    "the ARN of a KMS key",
    r"arn:aws[a-z-]*:kms:[a-z]{2,4}(-[a-z]+)+-[0-9]:[0-9]{12}:key/[a-zA-Z0-9-]{1,64}",
    ("arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",),
)
EMAIL = Form("an e-mail address", r"[^@\s]+@[^@\s]+\.[^@\s]+", ("mlops@example.com",))
ENDPOINT = Form(
    "an endpoint name (letters and digits, hyphens inside, at most 63 characters)",
    r"(?=.{1,63}$)[a-zA-Z0-9](-*[a-zA-Z0-9])*",
    ("mortgage", "fraud-eu"),
)
VERSION = Form(
    "a version label (letters, digits, dots, hyphens and underscores, at most 32 characters)",
    r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}",
    ("2026.11", "v2"),
)
ENVIRONMENT = Form(
    "an environment name (lower case letters, digits and hyphens, at most 20 characters)",
    r"[a-z][a-z0-9-]{0,19}",
    ("prod",),
)
FLAG = Form(
    "a flag's name (letters, digits, hyphens and underscores, at most 64 characters)",
    r"[a-zA-Z][a-zA-Z0-9_-]{0,63}",
    ("staff", "beta-region"),
)
DATE = Form("a date", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", ("2027-06-30",))
SENTENCE = Form("a reason in words", r"\s*\S[\s\S]{6,}", ("rollout 17 is stuck: INC-4711",))
