"""IAM's answer to "may this role do that?", asked before each call that a role makes."""
