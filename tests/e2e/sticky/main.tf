# What a sticky endpoint needs of AppConfig, and the function that clears it.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}

variable "package" {
  type = string
}

resource "aws_iam_role" "f" {
  name               = "destroyed-forget"
  assume_role_policy = "{}"
}

resource "aws_lambda_function" "forget" {
  function_name = "destroyed-forget"
  role          = aws_iam_role.f.arn
  handler       = "lambdas.forget.handler.handler"
  runtime       = "python3.11"
  filename      = var.package
  environment {
    variables = { SERINUS_ENVIRONMENT = "destroyed" }
  }
}

resource "aws_appconfig_application" "a" {
  name = "serinus-destroyed"
}

resource "aws_appconfig_environment" "e" {
  name           = "mortgage"
  application_id = aws_appconfig_application.a.id
}

resource "aws_appconfig_configuration_profile" "p" {
  name           = "mortgage"
  application_id = aws_appconfig_application.a.id
  location_uri   = "hosted"
}

resource "aws_appconfig_deployment_strategy" "s" {
  name                           = "serinus-destroyed-at-once"
  deployment_duration_in_minutes = 0
  growth_factor                  = 100
  final_bake_time_in_minutes     = 0
  replicate_to                   = "NONE"
}

resource "aws_lambda_invocation" "forget" {
  function_name   = aws_lambda_function.forget.function_name
  lifecycle_scope = "CRUD"
  input           = jsonencode({ endpoint = aws_appconfig_configuration_profile.p.name })
  depends_on      = [aws_appconfig_environment.e]
}
