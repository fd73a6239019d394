"""Amazon Athena: SQL over the objects in the sandbox's S3, by the tables in its Glue."""
