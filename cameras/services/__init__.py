"""What changes cameras and clips."""
