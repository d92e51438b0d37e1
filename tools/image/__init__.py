"""Builds the image of the Dockerfile into a folder and runs it there, where no container engine is.

`recipe` reads the Dockerfile, `context` knows what may be copied into it, `building` follows its instructions, `room`
gives a command a root file system of its own, `trial` starts the roles and looks at them. Linux only.
"""
