"""What a build tells and sends: notices, secrets, artifacts, and the start of a deployment.

`notify` and all that it imports need nothing but Python, as they have to speak when no package could be installed. None
of it knows an app.
"""
