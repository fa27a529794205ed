"""What is generated: valid examples, and requests drawn from the schemas."""
