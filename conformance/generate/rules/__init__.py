"""The generic rules, each judged on any operation of any API; see `specs/rules.yaml`."""
