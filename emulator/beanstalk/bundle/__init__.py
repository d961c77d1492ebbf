"""What is in a source bundle: what it runs, its configuration files, and what this machine cannot do for it.

Functions here take the top folder of a bundle as a `Traversable`: an unpacked folder, or `zipfile.Path` of a zip.
"""
