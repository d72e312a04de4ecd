"""Relations by subject: each module has a list RELATIONS."""
