"""People one can talk to: students, help-seekers, sellers; their words, and who assesses a dialogue."""
