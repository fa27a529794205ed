"""What every response must satisfy, and the expectations that scenarios state."""
