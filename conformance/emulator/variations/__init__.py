"""Name other ways to be right: a suite that calls one of these a violation cries wolf."""
