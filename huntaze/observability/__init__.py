"""What is seen of a running Huntaze: traces, errors, figures, alarms, and the page that tells everybody how it stands."""
