"""The router: a function with a URL, in front of an environment's endpoints."""

import json

from cdktf import TerraformOutput
from cdktf_cdktf_provider_aws.lambda_function_url import LambdaFunctionUrl
from cdktf_cdktf_provider_aws.lambda_invocation import LambdaInvocation
from constructs import Construct

from infra.constructs.function import Code, Function
from infra.constructs.routing import Routing
from infra.place import FORGET, ROUTER
from infra.spec.environment import Environment


class Router(Construct):
    """Answers whom IAM lets call it; each user gets the variant of the published assignment.

    AppConfig deletes no profile that has versions, and Terraform knows of its own alone: before a profile goes, a
    function empties it.
    """

    def __init__(self, scope: Construct, id_: str, *, environment: Environment, code: Code, routing: Routing) -> None:
        super().__init__(scope, id_)
        made = [
            Function(self, name, environment=environment, code=code, routing=routing.resources)
            for name in (ROUTER, FORGET)
        ]
        router, forget = made
        url = LambdaFunctionUrl(self, "url", function_name=router.name, authorization_type="AWS_IAM")
        TerraformOutput(self, "address", value=url.function_url, description="Where to send requests, signed (IAM)")
        for name, place in routing.places.items():
            LambdaInvocation(
                self,
                f"forget-{name}",
                function_name=forget.name,
                lifecycle_scope="CRUD",
                input=json.dumps({"endpoint": name}),
                depends_on=list(place),
            )
