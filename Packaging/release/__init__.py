"""The archives of a release: the program, a Debian package, the container image, an SBOM."""
