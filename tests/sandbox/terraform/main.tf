# One of each resource that a stack may hold; `second` changes an attribute of each.
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
  default_tags {
    tags = { project = "test" }
  }
}

variable "second" {
  type    = bool
  default = false
}

variable "package" {
  type = string
}

locals {
  word  = var.second ? "b" : "a"
  count = var.second ? 2 : 1
}

data "aws_caller_identity" "me" {}

data "aws_lambda_functions" "all" {
  depends_on = [aws_lambda_function.f]
}

data "aws_lambda_invocation" "live" {
  function_name = aws_lambda_function.f.function_name
  input         = jsonencode({ k = 1 })
}

output "live" {
  value = jsondecode(data.aws_lambda_invocation.live.result)
}

output "names" {
  value = data.aws_lambda_functions.all.function_names
}

output "account" {
  value = data.aws_caller_identity.me.account_id
}

resource "aws_iam_role" "r" {
  for_each    = toset(["lambda", "states", "events"])
  name        = "test-${each.key}"
  description = local.word
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "${each.key}.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "f" {
  role = aws_iam_role.r["lambda"].id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "dynamodb:GetItem", Resource = "*", Sid = local.word }]
  })
}

resource "aws_iam_role_policy_attachment" "f" {
  role       = aws_iam_role.r["lambda"].name
  policy_arn = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"
}

resource "aws_cloudwatch_log_group" "g" {
  for_each          = toset(["/aws/lambda/test-f", "/aws/vendedlogs/states/test"])
  name              = each.key
  retention_in_days = var.second ? 14 : 7
}

resource "aws_sqs_queue" "dead" {
  name                    = "test-dead"
  sqs_managed_sse_enabled = true
  tags                    = { word = local.word }
}

resource "aws_sqs_queue" "main" {
  name           = "test-main"
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = local.count })
}

resource "aws_sqs_queue_policy" "dead" {
  queue_url = aws_sqs_queue.dead.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = local.word
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.dead.arn
      Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.r.arn } }
    }]
  })
}

resource "aws_sns_topic" "t" {
  name              = "test-topic"
  display_name      = local.word
  kms_master_key_id = "alias/aws/sns"
}

resource "aws_sns_topic_policy" "t" {
  arn = aws_sns_topic.t.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = local.word
      Effect    = "Allow"
      Principal = { Service = ["events.amazonaws.com", "cloudwatch.amazonaws.com"] }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.t.arn
    }]
  })
}

resource "aws_sns_topic_subscription" "queue" {
  topic_arn            = aws_sns_topic.t.arn
  protocol             = "sqs"
  endpoint             = aws_sqs_queue.main.arn
  raw_message_delivery = var.second
}

resource "aws_sns_topic_subscription" "mail" {
  topic_arn = aws_sns_topic.t.arn
  protocol  = "email"
  endpoint  = "someone@example.com"
}

resource "aws_dynamodb_table" "t" {
  name                        = "test-ledger"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "pk"
  range_key                   = "sk"
  deletion_protection_enabled = false
  tags                        = { word = local.word }
  attribute {
    name = "pk"
    type = "S"
  }
  attribute {
    name = "sk"
    type = "S"
  }
  point_in_time_recovery {
    enabled = true
  }
  server_side_encryption {
    enabled = true
  }
  ttl {
    attribute_name = "ttl"
    enabled        = true
  }
}

resource "aws_dynamodb_table_item" "i" {
  table_name = aws_dynamodb_table.t.name
  hash_key   = "pk"
  range_key  = "sk"
  item       = jsonencode({ pk = { S = "a" }, sk = { S = "b" }, word = { S = local.word } })
}

resource "aws_lambda_function" "f" {
  function_name                  = "test-f"
  role                           = aws_iam_role.r["lambda"].arn
  handler                        = "app.main.handler"
  runtime                        = "python3.11"
  filename                       = var.package
  source_code_hash               = filebase64sha256(var.package)
  timeout                        = 10 + local.count
  memory_size                    = 256
  reserved_concurrent_executions = 2 + local.count
  layers                         = ["arn:aws:lambda:eu-west-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python311-x86_64:7"]
  tracing_config {
    mode = "Active"
  }
  dead_letter_config {
    target_arn = aws_sqs_queue.dead.arn
  }
  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.g["/aws/lambda/test-f"].name
  }
  environment {
    variables = { WORD = local.word }
  }
}

resource "aws_lambda_permission" "r" {
  statement_id  = "rule"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.f.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.r.arn
}

resource "aws_lambda_function_event_invoke_config" "f" {
  function_name                = aws_lambda_function.f.function_name
  maximum_retry_attempts       = local.count
  maximum_event_age_in_seconds = 120
  destination_config {
    on_failure {
      destination = aws_sqs_queue.dead.arn
    }
  }
}

resource "aws_sfn_state_machine" "s" {
  name       = "test-machine"
  role_arn   = aws_iam_role.r["states"].arn
  definition = jsonencode({ Comment = local.word, StartAt = "A", States = { A = { Type = "Pass", End = true } } })
  logging_configuration {
    log_destination        = "${aws_cloudwatch_log_group.g["/aws/vendedlogs/states/test"].arn}:*"
    include_execution_data = true
    level                  = var.second ? "ALL" : "ERROR"
  }
  tracing_configuration {
    enabled = true
  }
}

resource "aws_cloudwatch_event_rule" "r" {
  name          = "test-rule"
  description   = local.word
  event_pattern = jsonencode({ source = ["aws.sagemaker"] })
}

resource "aws_cloudwatch_event_target" "f" {
  rule      = aws_cloudwatch_event_rule.r.name
  target_id = "f"
  arn       = aws_lambda_function.f.arn
  retry_policy {
    maximum_retry_attempts       = local.count
    maximum_event_age_in_seconds = 300
  }
  dead_letter_config {
    arn = aws_sqs_queue.dead.arn
  }
}

resource "aws_cloudwatch_event_target" "s" {
  rule      = aws_cloudwatch_event_rule.r.name
  target_id = "s"
  arn       = aws_sfn_state_machine.s.arn
  role_arn  = aws_iam_role.r["events"].arn
  input     = jsonencode({ word = local.word })
}

resource "aws_cloudwatch_event_target" "t" {
  rule      = aws_cloudwatch_event_rule.r.name
  target_id = "t"
  arn       = aws_sns_topic.t.arn
  input_transformer {
    input_paths    = { name = "$.detail.EndpointName" }
    input_template = "\"${local.word} <name>\""
  }
}

resource "aws_cloudwatch_metric_alarm" "math" {
  alarm_name          = "test-math"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  threshold           = local.count
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.t.arn]
  metric_query {
    id          = "rate"
    expression  = "IF(n > 5, bad / n, 0)"
    label       = "rate"
    return_data = true
  }
  dynamic "metric_query" {
    for_each = { bad = "Invocation5XXErrors", n = "Invocations" }
    content {
      id = metric_query.key
      metric {
        namespace   = "AWS/SageMaker"
        metric_name = metric_query.value
        period      = 10
        stat        = "Sum"
        dimensions  = { EndpointName = "e", VariantName = "canary" }
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "percentile" {
  alarm_name          = "test-percentile"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  threshold           = local.count
  namespace           = "AWS/SageMaker"
  metric_name         = "ModelLatency"
  period              = 10
  extended_statistic  = "p99"
  dimensions          = { EndpointName = "e", VariantName = "canary" }
}

resource "aws_cloudwatch_composite_alarm" "any" {
  alarm_name        = "test-any"
  alarm_description = local.word
  alarm_actions     = [aws_sns_topic.t.arn]
  alarm_rule = join(" OR ", [
    "ALARM(${aws_cloudwatch_metric_alarm.math.alarm_name})",
    "ALARM(${aws_cloudwatch_metric_alarm.percentile.alarm_name})",
  ])
}

resource "aws_cloudwatch_dashboard" "d" {
  dashboard_name = "test-dashboard"
  dashboard_body = jsonencode({
    widgets = [{ type = "text", x = 0, y = 0, width = 3, height = 3, properties = { markdown = local.word } }]
  })
}

resource "aws_s3_bucket" "b" {
  bucket        = "test-sandbox-terraform"
  force_destroy = true
  tags          = { word = local.word }
}

resource "aws_s3_bucket_policy" "b" {
  bucket = aws_s3_bucket.b.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = local.word
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.b.arn, "${aws_s3_bucket.b.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_s3_object" "o" {
  bucket     = aws_s3_bucket.b.id
  key        = "models/model.tar.gz"
  content    = local.word
  depends_on = [aws_s3_bucket_policy.b]
}

resource "aws_appautoscaling_target" "t" {
  min_capacity       = 1
  max_capacity       = 2 + local.count
  resource_id        = "endpoint/e/variant/stable"
  scalable_dimension = "sagemaker:variant:DesiredInstanceCount"
  service_namespace  = "sagemaker"
}

resource "aws_appautoscaling_policy" "p" {
  name               = "test-scaling"
  policy_type        = "TargetTrackingScaling"
  resource_id        = aws_appautoscaling_target.t.resource_id
  scalable_dimension = aws_appautoscaling_target.t.scalable_dimension
  service_namespace  = aws_appautoscaling_target.t.service_namespace
  target_tracking_scaling_policy_configuration {
    target_value = 100 * local.count
    predefined_metric_specification {
      predefined_metric_type = "SageMakerVariantInvocationsPerInstance"
    }
  }
}

resource "aws_lambda_function_url" "f" {
  function_name      = aws_lambda_function.f.function_name
  authorization_type = "AWS_IAM"
  cors {
    allow_origins = ["https://${local.word}.example.com"]
  }
}

resource "aws_appconfig_application" "a" {
  name        = "test-application"
  description = local.word
}

resource "aws_appconfig_environment" "e" {
  name           = "test-environment"
  description    = local.word
  application_id = aws_appconfig_application.a.id
  dynamic "monitor" {
    for_each = var.second ? [aws_cloudwatch_metric_alarm.percentile.arn] : []
    content {
      alarm_arn      = monitor.value
      alarm_role_arn = aws_iam_role.r["events"].arn
    }
  }
}

resource "aws_appconfig_configuration_profile" "p" {
  name           = "test-profile"
  description    = local.word
  application_id = aws_appconfig_application.a.id
  location_uri   = "hosted"
  validator {
    type    = "JSON_SCHEMA"
    content = jsonencode({ "$schema" = "http://json-schema.org/draft-04/schema#", type = "object" })
  }
}

resource "aws_appconfig_deployment_strategy" "s" {
  name                           = "test-strategy"
  description                    = local.word
  deployment_duration_in_minutes = 0
  growth_factor                  = 100
  final_bake_time_in_minutes     = local.count - 1
  replicate_to                   = "NONE"
}

resource "aws_appconfig_hosted_configuration_version" "v" {
  application_id           = aws_appconfig_application.a.id
  configuration_profile_id = aws_appconfig_configuration_profile.p.configuration_profile_id
  content_type             = "application/json"
  content                  = jsonencode({ word = local.word })
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_appconfig_deployment" "d" {
  application_id           = aws_appconfig_application.a.id
  environment_id           = aws_appconfig_environment.e.environment_id
  configuration_profile_id = aws_appconfig_configuration_profile.p.configuration_profile_id
  configuration_version    = aws_appconfig_hosted_configuration_version.v.version_number
  deployment_strategy_id   = aws_appconfig_deployment_strategy.s.id
}
