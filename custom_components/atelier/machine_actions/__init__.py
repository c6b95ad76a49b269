"""The actions on members, machines, rights, uses and care."""
