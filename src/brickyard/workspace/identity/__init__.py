"""Who is calling: the SCIM ``Me`` resource of the one user of a local workspace."""
