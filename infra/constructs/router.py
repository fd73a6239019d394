"""The router: a function with a URL, in front of an environment's endpoints."""

from cdktf import TerraformOutput
from cdktf_cdktf_provider_aws.lambda_function_url import LambdaFunctionUrl
from constructs import Construct

from infra.constructs.function import Code, Function
from infra.place import ROUTER
from infra.spec.environment import Environment


class Router(Construct):
    """Answers whom IAM lets call it; each user gets the variant of the published assignment."""

    def __init__(
        self, scope: Construct, id_: str, *, environment: Environment, code: Code, routing: list[str]
    ) -> None:
        super().__init__(scope, id_)
        function = Function(self, ROUTER, environment=environment, code=code, routing=routing)
        url = LambdaFunctionUrl(self, "url", function_name=function.name, authorization_type="AWS_IAM")
        TerraformOutput(self, "address", value=url.function_url, description="Where to send requests, signed (IAM)")
