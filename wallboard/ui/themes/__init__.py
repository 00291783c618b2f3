"""The theme picker."""
