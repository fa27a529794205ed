"""Judges the derived requirements of added APIs: guards, the budget, the order, the verdicts."""
