# An endpoint as a careful user writes it: see test_sagemaker_terraform.py.

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

variable "version_name" {
  type = string
}

variable "ping" {
  type    = string
  default = ""
}

variable "image" {
  type = string
}

variable "prefix" {
  type = string
}

resource "aws_sagemaker_model" "this" {
  name               = "${var.prefix}-${var.version_name}"
  execution_role_arn = "arn:aws:iam::123456789012:role/models"

  primary_container {
    image       = var.image
    environment = { SAYS = var.version_name, PING = var.ping }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_sagemaker_endpoint_configuration" "this" {
  name_prefix = "${var.prefix}-"
  tags        = { version = var.version_name }

  dynamic "production_variants" {
    for_each = { stable = 10000, canary = 0 }
    content {
      variant_name           = production_variants.key
      model_name             = aws_sagemaker_model.this.name
      instance_type          = "ml.m5.large"
      initial_instance_count = 2
      initial_variant_weight = production_variants.value
    }
  }

  data_capture_config {
    enable_capture              = true
    initial_sampling_percentage = 10
    destination_s3_uri          = "s3://captures/here"
    capture_options {
      capture_mode = "InputAndOutput"
    }
    capture_content_type_header {
      json_content_types = ["application/json"]
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "${var.prefix}-errors"
  namespace           = "AWS/SageMaker"
  metric_name         = "Invocation5XXErrors"
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  dimensions          = { EndpointName = var.prefix, VariantName = "stable" }
}

resource "aws_sagemaker_endpoint" "this" {
  name                 = var.prefix
  endpoint_config_name = aws_sagemaker_endpoint_configuration.this.name
  tags                 = { version = var.version_name }

  deployment_config {
    blue_green_update_policy {
      termination_wait_in_seconds = 1
      traffic_routing_configuration {
        type                     = "ALL_AT_ONCE"
        wait_interval_in_seconds = 0
      }
    }
    auto_rollback_configuration {
      alarms {
        alarm_name = aws_cloudwatch_metric_alarm.errors.alarm_name
      }
    }
  }

  lifecycle {
    postcondition {
      condition     = self.endpoint_config_name == aws_sagemaker_endpoint_configuration.this.name
      error_message = "SageMaker rolled the update back."
    }
  }
}
