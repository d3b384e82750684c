"""What machines give: the fleet, training, serving, and the time that a job keeps."""
