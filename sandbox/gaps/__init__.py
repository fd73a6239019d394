"""What moto's other services lack for Terraform to apply, plan empty, update and destroy."""
