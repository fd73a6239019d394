"""AppConfig: what moto lacks of it, and AppConfig Data."""
